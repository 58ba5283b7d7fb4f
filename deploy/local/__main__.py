"""The system on this machine: `python -m deploy.local --help`.

Runs with the Python that is at hand, sets up what is missing, and goes on in `.venv`.
"""

from __future__ import annotations

import argparse
import os
import sys
from io import TextIOWrapper

OLDEST = (3, 11)
PASSING_ON = ("test", "scenarios", "chaos", "upgrade", "bench")
ABOUT = "Set up, run and try the whole system on this machine; everything it makes is in var/."


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; 2 with one sentence if that cannot be done here."""
    if sys.version_info < OLDEST:
        wanted, found = ".".join(map(str, OLDEST)), ".".join(map(str, sys.version_info[:2]))
        sys.stderr.write(f"Python {wanted} or newer is needed, this is {found}: make PYTHON=...\n")
        return 2
    asked, others = _parser().parse_known_args(arguments)
    if others and asked.command not in PASSING_ON:
        _parser().error(f"what is {' '.join(others)}?")
    from deploy.local.stages import perform  # noqa: PLC0415 - an older Python is told so first, and could not read it

    return perform(asked, others)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=ABOUT)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="serve until Ctrl-C, after playing the demonstration")
    run.add_argument("--no-play", action="store_true", help="leave the demonstration out")
    demo = commands.add_parser("demo", help="start from nothing, play the demonstration, judge it")
    for each in (run, demo):
        each.add_argument("--json", action="store_true", help="only JSON on standard output")
    commands.add_parser("test", help="set up and run all tests; further arguments go to pytest")
    commands.add_parser(
        "scenarios", help="live through alerts as their people do; arguments go to pytest: -k links"
    )
    commands.add_parser(
        "chaos", help="hurt it all under load, judge it by its ledger: --minutes, --seed"
    )
    commands.add_parser(
        "upgrade", help="from an older release to this one under load: --from a commit or a tag"
    )
    commands.add_parser(
        "bench", help="measure against stock nameko and FastStream: --quick, --write"
    )
    set_up = commands.add_parser("setup", help="only bring to this machine what is missing")
    extent = set_up.add_mutually_exclusive_group()
    extent.add_argument("--tools", action="store_true", help="only the tools of make check")
    extent.add_argument("--tests", action="store_true", help="what tests need, too")
    return parser


if __name__ == "__main__":
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)
    os.umask(0o077)
    sys.exit(main())
