"""The records of an alert's course: calls, receipts, actions and every change, in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

DECISIONS = frozenset({"raised", "acknowledged", "actioned", "resolved"})
LONG = 300


class State(StrEnum):
    """Where an alert stands."""

    RAISED = "raised"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    ACTIONED = "actioned"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Call:
    """One time at which an alert asked for somebody: its number, why, when.

    It is answered by whoever takes the alert on, acts on it or ends it.
    """

    number: int
    reason: str
    at: datetime
    is_answered: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """An alert was shown to a person by a channel."""

    person_id: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Action:
    """What a named person did; `note` is kept sealed and opened for one reader at a time."""

    kind: str
    by: str
    at: datetime
    note: object | None = None

    @property
    def text(self) -> str | None:
        """Return the note where it has been opened for a reader."""
        return self.note if isinstance(self.note, str) else None

    @property
    def has_note(self) -> bool:
        """Tell whether there is a note, open or sealed."""
        return self.note is not None


@dataclass(frozen=True, slots=True)
class Transition:
    """One change: what, by whom, when (first `at`, last `last_at`), how often, where it led."""

    what: str
    by: str
    at: datetime
    state: State
    level: int
    detail: str | None = None
    times: int = 1
    last_at: datetime | None = None

    def after(self, history: tuple[Transition, ...]) -> tuple[Transition, ...]:
        """Return the history with this change in it.

        The same escalation step once more is counted on its entry, and in a long history all that
        no person decided: what repeats without end, a document cannot hold.
        """
        place = self._shared(history)
        if place is None:
            return (*history, self)
        counted = replace(history[place], times=history[place].times + 1, last_at=self.at)
        return (*history[:place], *history[place + 1 :], counted)

    def _shared(self, history: tuple[Transition, ...]) -> int | None:
        """Return the place of the entry on which this change is counted, if there is one."""
        if self.what in DECISIONS or (self.what != "escalated" and len(history) < LONG):
            return None
        first = 0 if len(history) >= LONG else max(len(history) - 1, 0)
        same = (
            replace(known, at=self.at, times=1, last_at=None) == self for known in history[first:]
        )
        return next((first + place for place, is_same in enumerate(same) if is_same), None)
