"""From the Python at hand to that of `.venv`: set up first, then go on there."""

from __future__ import annotations

import argparse
import os
import sys
from typing import NoReturn

from deploy.local.bootstrap import PYTHON, Wanted, set_up
from deploy.local.layout import ROOT
from deploy.local.progress import Progress
from deploy.local.refusal import EXIT_CODE, CannotGoOn

PRIVATE = (
    "demo",
    "test",
    "scenarios",
    "chaos",
    "upgrade",
    "bench",
)  # never on servers, or to people, of somebody else
ELSEWHERE = (
    "AMQP_URI",
    "MONGODB_URI",
    "SMTP_HOST",
    "NOTIFY_API_KEY_FILE",
    "PROVIDERS_FILE",
    "WEBHOOKS_FILE",
    "VAPID_PRIVATE_KEY_FILE",
)
TESTING = ("test", "scenarios", "chaos", "upgrade")
MODULES = {
    "scenarios": "tests.scenarios",
    "chaos": "tests.chaos",
    "upgrade": "tests.upgrade",
    "bench": "bench",
}
# A file stays on one worker; as they are found, the slow ones come first and the quick ones last.
TESTS = ("-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")


def perform(asked: argparse.Namespace, others: list[str]) -> int:
    """Set up what a command needs, then become that command."""
    if asked.command in PRIVATE:
        for variable in ELSEWHERE:
            os.environ.pop(variable, None)
    in_json = getattr(asked, "json", False)
    progress = Progress(sys.stderr if in_json else sys.stdout)
    try:
        set_up(_wanted(asked), progress)
    except CannotGoOn as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CODE
    if asked.command == "setup":
        return os.EX_OK
    return _become([str(PYTHON), *_command(asked, others)])


def _become(command: list[str]) -> NoReturn:
    """Go on as another program, in the same process: signals and terminal stay with it."""
    os.chdir(ROOT)
    os.execv(command[0], command)  # noqa: S606 - no shell is wanted


def _wanted(asked: argparse.Namespace) -> Wanted:
    if asked.command == "setup" and asked.tools:
        return Wanted(tools=True, servers=False, front_end=False)
    if asked.command == "bench":
        return Wanted(bench=True)
    return Wanted(tools=asked.command in TESTING or getattr(asked, "tests", False))


def _command(asked: argparse.Namespace, others: list[str]) -> list[str]:
    if asked.command == "test":
        return [*TESTS, *others]
    if asked.command in MODULES:
        return ["-m", MODULES[asked.command], *others]
    flags = [f"--{name}" for name in ("json", "no-play") if getattr(asked, _attribute(name), False)]
    return ["-m", "deploy.local.commands", asked.command, *flags]


def _attribute(flag: str) -> str:
    return flag.replace("-", "_")
