"""`make upgrade FROM=HEAD~20`: from an older release to this one under load, judged by its ledger.

Two processes of each service run from the older tree and are replaced one by one. The last line is
one JSON object; the exit code is 0 only if nothing was lost, doubled or stuck.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from random import SystemRandom
from shutil import rmtree
from tempfile import mkdtemp

from deploy.local.layout import VAR
from tests.chaos.replicas import Release
from tests.chaos.rig import Rig
from tests.chaos.system import System
from tests.upgrade.rolling import ORDER, Upgraded, upgrade
from tests.upgrade.tree import NoRelease, commit_of, latest_release, unpack

BROKEN = 1


def main(arguments: list[str] | None = None) -> int:
    """Upgrade; keep everything that tells of the run where a promise was broken."""
    asked = _parser().parse_args(arguments)
    logging.getLogger("pika").setLevel(logging.CRITICAL)
    try:
        commit = commit_of(asked.older or latest_release())
    except NoRelease as error:
        sys.stderr.write(f"{error}\n")
        return os.EX_USAGE
    asked.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix="upgrade-", dir=asked.folder))
    _say(f"from {commit}, seed {asked.seed}; older tree, logs and ledger in {folder}")
    order = ORDER[::-1] if asked.backwards else ORDER
    upgraded = _run(folder, commit, asked.seed, order)
    if upgraded.is_clean and not asked.keep:
        rmtree(folder, ignore_errors=True)
    _say(upgraded.as_json())
    return os.EX_OK if upgraded.is_clean else BROKEN


def _run(folder: Path, commit: str, seed: int, order: Sequence[str]) -> Upgraded:
    system = System.own(folder)
    older = Release(unpack(commit, folder / "older"))
    for replica in system.replicas:
        replica.release = older
    try:
        system.start()
        return upgrade(Rig(system, seed, _say), commit, Release(), order)
    finally:
        system.end_with_servers()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.upgrade", description=__doc__)
    parser.add_argument(
        "--from", dest="older", help="the older release: tag or commit (default: the latest tag)"
    )
    parser.add_argument("--backwards", action="store_true", help="the portal first, referrals last")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(10_000))
    parser.add_argument("--folder", type=Path, default=VAR, help="for data, logs and ledger")
    parser.add_argument("--keep", action="store_true", help="keep logs and ledger of a clean run")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
