"""What a command tells while it works: a line for each step, with its seconds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TextIO


@dataclass
class Step:
    """One step under way; `note` is what its line says beside the seconds."""

    note: str = ""


class Progress:
    """Writes lines at once, so that several steps can go on side by side."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout

    def line(self, text: str = "") -> None:
        """Write one line."""
        self._out.write(f"{text}\n")
        self._out.flush()

    @contextmanager
    def step(self, name: str, doing: str = "", since: float | None = None) -> Iterator[Step]:
        """Write the line of a step when it is done; say what it is `doing` if that takes long."""
        begun = monotonic() if since is None else since
        if doing:
            self.line(f"  {name:<18} ...      {doing}")
        step = Step()
        yield step
        self.line(f"  {name:<18} {monotonic() - begun:5.1f} s  {step.note}".rstrip())
