"""Green threads that would change one aggregate take turns, or all but one would do it in vain.

Between processes the version of the document decides; this only saves work within one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Turn:
    lock: threading.RLock = field(default_factory=threading.RLock)
    wanted_by: int = 0


class Turns:
    """Locks by key, each there only while somebody wants it."""

    def __init__(self) -> None:
        self._turns: dict[str, _Turn] = {}

    @contextmanager
    def of(self, key: str) -> Iterator[None]:
        """Wait for the turn of a key, and have it for the length of the block."""
        turn = self._turns.setdefault(key, _Turn())
        turn.wanted_by += 1
        try:
            with turn.lock:
                yield
        finally:
            turn.wanted_by -= 1
            if not turn.wanted_by:
                self._turns.pop(key, None)
