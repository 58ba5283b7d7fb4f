"""Told to stop: SIGINT, SIGTERM and a closed terminal, noticed at once and handled in order."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DRAIN_BYTES = 4096


class Signals:
    """Waits that end early when a signal comes, a child's end among them.

    A handler only takes note; Python's wake-up pipe ends the wait. So nothing is interrupted in the
    middle, and no lock is taken inside a handler.
    """

    def __init__(self) -> None:
        self.asked = 0
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in STOPS:
            signal.signal(number, self._note)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until a signal comes; return whether we are to stop."""
        if not self.asked and select.select([self._read], [], [], seconds)[0]:
            os.read(self._read, DRAIN_BYTES)
        return bool(self.asked)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.asked += 1
