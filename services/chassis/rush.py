"""What somebody waits for goes first; paperwork stands aside, but not for long.

Of two hundred alerts in one instant the last message leaves a third sooner if nobody notes down,
while it waits, that the first ones have left.
"""

from __future__ import annotations

import threading
from time import monotonic


class Rush:
    """Counts what is under way in this process that somebody waits for."""

    def __init__(self) -> None:
        self._under_way = 0
        self._over = threading.Event()
        self._over.set()

    def begin(self) -> None:
        """Count something as under way."""
        self._under_way += 1
        self._over.clear()

    def end(self) -> None:
        """Count it no more; whoever stood aside for the last of all goes on."""
        self._under_way -= 1
        if not self._under_way:
            self._over.set()

    def stand_aside(self, until: float) -> None:
        """Return when nothing is under way, at a moment of the monotonic clock at the latest."""
        self._over.wait(max(until - monotonic(), 0))
