"""Run the programs that set a machine up, with their output in a log that a failure points to."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.layout import ROOT, Layout
from deploy.local.refusal import CannotGoOn

LAST_LINES = 5


def run(
    what: str, command: Sequence[str], *, log: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run a program to its end, quietly.

    Raises:
        CannotGoOn: it failed; the message says what did, and has the end of its log.

    """
    path = Layout().log(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    if _run(command, path, environment or {}) != os.EX_OK:
        raise CannotGoOn(f"{what} failed (log: {path}):\n{_tail(path)}")


def succeeds(command: Sequence[str], *, log: str) -> bool:
    """Run a program to its end; return whether it did what it should."""
    path = Layout().log(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    return _run(command, path, {}) == os.EX_OK


def _run(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> int:
    with log.open("ab") as out:
        out.write(f"$ {' '.join(command)}\n".encode())
        out.flush()
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode


def _tail(path: Path) -> str:
    lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip()]
    return "\n".join(f"    {line[:300]}" for line in lines[-LAST_LINES:])
