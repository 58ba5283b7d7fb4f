"""`make chaos`: the whole system under load and faults, judged by its ledger.

The last line is one JSON object; the exit code is 0 only if nothing was lost, doubled or stuck.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from random import SystemRandom
from shutil import rmtree
from tempfile import mkdtemp

from deploy.local.layout import VAR
from tests.chaos.report import Report
from tests.chaos.rig import Rig
from tests.chaos.schedule import schedule
from tests.chaos.system import System

BROKEN = 1


def main(arguments: list[str] | None = None) -> int:
    """Run; keep everything that tells of the run where a promise was broken."""
    asked = _parser().parse_args(arguments)
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    asked.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="chaos-", dir=asked.folder))
    _say(f"seed {asked.seed}, {asked.minutes:g} minutes; logs and ledger in {folder}")
    report = _run(folder, asked.seed, asked.minutes)
    if report.is_clean and not asked.keep:
        rmtree(folder, ignore_errors=True)
    _say(report.as_json())
    return os.EX_OK if report.is_clean else BROKEN


def _run(folder: Path, seed: int, minutes: float) -> Report:
    system = System.own(folder)
    try:
        system.start()
        return Rig(system, seed, _say).run(minutes, schedule(seed))
    finally:
        system.end_with_servers()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="of faults (default 5)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10_000))
    parser.add_argument("--folder", type=Path, default=VAR, help="for data, logs and ledger")
    parser.add_argument("--keep", action="store_true", help="keep logs and ledger of a clean run")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
