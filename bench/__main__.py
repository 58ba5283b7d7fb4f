"""`make bench`: this platform beside the same pipeline on stock nameko and on FastStream.

Everything runs on one private broker and database, in rounds, one system at a time. The last line
is one JSON object; all figures are in a file under `var/bench`.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from bench.load import Client
from bench.page import write
from bench.plan import FULL, QUICK, SYSTEMS
from bench.report import Results, as_json, headline
from bench.run import Run
from bench.systems.base import Servers
from bench.tables import tables
from deploy.local.layout import ROOT, VAR

PAGE = ROOT / "docs" / "performance.md"
BROKEN = 1
GROWTH = "growth"


def main(arguments: list[str] | None = None) -> int:
    """Measure, tell, keep; 0 only if every part was measured."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:1] == [GROWTH]:
        return int(import_module("bench.growth.__main__").main(given[1:]))
    asked = _parser().parse_args(given)
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    asked.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    results = _measured(asked)
    kept = asked.folder / f"{results.about['at'].replace(':', '')}.json"
    kept.write_text(as_json(results))
    _tell(results, kept, asked)
    return BROKEN if results.about["broken"] else os.EX_OK


def _measured(asked: argparse.Namespace) -> Results:
    plan = QUICK if asked.quick else FULL
    plan = replace(plan, rounds=asked.rounds or plan.rounds)
    systems = [name for name in SYSTEMS if not asked.only or name in asked.only]
    folder = Path(mkdtemp(prefix="run-", dir=asked.folder))
    try:
        with Servers(folder) as servers, Client() as client:
            return Run(plan, servers, client, _say, systems).everything()
    finally:
        if not asked.keep:
            rmtree(folder, ignore_errors=True)


def _tell(results: Results, kept: Path, asked: argparse.Namespace) -> None:
    _say("")
    for line in tables(results):
        _say(line)
    _say("")
    if asked.write:
        for path in write(results, asked.page):
            _say(f"written: {os.path.relpath(path)}")
    _say(f"all figures: {os.path.relpath(kept)}")
    _say(json.dumps(headline(results)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: three minutes")
    parser.add_argument("--rounds", type=int, help="how often each system is measured")
    parser.add_argument(
        "--only", action="append", choices=SYSTEMS, help="one system; may be said twice"
    )
    parser.add_argument("--write", action="store_true", help="write tables and plots for people")
    parser.add_argument("--page", type=Path, default=PAGE, help="into which page")
    parser.add_argument("--folder", type=Path, default=VAR / "bench", help="for data and figures")
    parser.add_argument("--keep", action="store_true", help="keep logs and data of the run")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
