"""One open stream: what waits to be written to it, and what has been."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from enum import StrEnum

from services.portal.accounts import Person
from services.portal.live.change import Change, Cursor

WAITING_AT_MOST = 200
REMEMBERED = 1_000


class Why(StrEnum):
    """Why a stream ended."""

    LEFT = "left"
    TOO_SLOW = "too_slow"
    SIGNED_OUT = "signed_out"
    RESYNC_FAILED = "resync_failed"


class CatchUp:
    """Asks the reader of a stream to fetch what may have passed by."""


CATCH_UP = CatchUp()


class Stream:
    """The line to one open page; used from the event loop only.

    `position` is the last thing written, and where a later catching up begins.
    """

    def __init__(self, person: Person, position: Cursor) -> None:
        self.person = person
        self.position = position
        self.ended: Why | None = None
        self._waiting: asyncio.Queue[Change | CatchUp | None] = asyncio.Queue()
        self._written: OrderedDict[Cursor, None] = OrderedDict()

    @property
    def waiting(self) -> int:
        """Return how much waits to be written."""
        return self._waiting.qsize()

    def offer(self, item: Change | CatchUp) -> None:
        """Let something be written; a page that does not keep up is left to come back."""
        if self.ended is None and self.waiting >= WAITING_AT_MOST:
            self.end(Why.TOO_SLOW)
        if self.ended is None:
            self._waiting.put_nowait(item)

    def end(self, why: Why) -> None:
        """Write no more; what waits is fetched again when the page comes back."""
        self.ended = why
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def take(self) -> Change | CatchUp | None:
        """Wait for what comes next; None when the stream has ended."""
        return await self._waiting.get()

    def is_new(self, change: Change) -> bool:
        """Tell whether a change has not been written yet, and note that it now is."""
        if change.cursor in self._written:
            return False
        self._written[change.cursor] = None
        if len(self._written) > REMEMBERED:
            self._written.popitem(last=False)
        if change.cursor.at >= self.position.at:
            self.position = change.cursor
        return True
