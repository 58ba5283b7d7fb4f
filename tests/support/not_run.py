"""Tests that could not run: each is named at the end, and on a build machine it is a failure."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest

FAILED = 1


def not_run(reason: str) -> NoReturn:
    """End a test that this machine lacks something for; the reason says what to do about it."""
    raise pytest.skip.Exception(reason, _use_item_location=True)


def on_a_build_machine() -> bool:
    """Must every test run here?"""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def tell(terminal: pytest.TerminalReporter) -> None:
    """Name every test that could not run, with the reason."""
    for report in terminal.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        terminal.write_line(f"not run: {report.nodeid}: {str(reason).removeprefix('Skipped: ')}")


def judge(session: pytest.Session) -> None:
    """Fail the run on a build machine if anything could not run."""
    terminal = session.config.pluginmanager.get_plugin("terminalreporter")
    if terminal and terminal.stats.get("skipped") and on_a_build_machine():
        session.exitstatus = session.exitstatus or FAILED
