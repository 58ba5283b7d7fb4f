"""The drill: an invented referral that goes the way of every alert, so that silence is noticed.

There is one drill in an installation, begun again and again: it takes no room, however long it
runs. It belongs to no woman, no agency and no area, and nobody is ever shown it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from services.referrals.domain.events import DrillBegun

DRILL = "drill"
INSTRUMENT = "DASH-24"
ANSWERED_YES = frozenset(
    {
        *("injury", "frightened", "fear_of", "isolation", "mental_state", "separation"),
        *("child_contact", "stalking", "pregnancy", "control", "weapons", "threat_kill"),
        *("strangulation", "sexual"),
    }
)
"""Fourteen items, all others no: high by the count alone, and by one answer only."""


class Course(StrEnum):
    """What last became of the drill."""

    BEGUN = "begun"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """Where the drill stands.

    `number` is that of the latest begun, `answered` of the latest that came back, however it ended;
    `due_at` is when the next turn is; `took_s` is how many seconds the last success took.
    """

    id: ClassVar[str] = DRILL
    reference: ClassVar[str] = DRILL
    case_id: ClassVar[str] = DRILL
    first_at: datetime
    began_at: datetime
    due_at: datetime
    number: int = 0
    answered: int = 0
    course: Course = Course.BEGUN
    succeeded_at: datetime | None = None
    took_s: float | None = None

    @classmethod
    def begin(cls, *, at: datetime, every: timedelta) -> Decision:
        """Begin the first of all."""
        return cls(first_at=at, began_at=at, due_at=at)._begun(at, every)

    @property
    def is_out(self) -> bool:
        """Has the latest not come back yet?"""
        return self.answered < self.number

    @property
    def quiet_since(self) -> datetime:
        """Return when a drill last succeeded; before the first success, when the first began."""
        return self.succeeded_at or self.first_at

    def turn(self, *, at: datetime, every: timedelta, is_piling_up: bool) -> Decision:
        """Begin another when its time has come; one that is still out is overdue first.

        While nobody hears those before (`is_piling_up`), another would only wait behind them.
        A clock that was put back by more than a turn does not stop the drill.
        """
        if at < self.due_at <= at + every:
            return self, ()
        if self.is_out and (is_piling_up or self.course is not Course.OVERDUE):
            return replace(self, course=Course.OVERDUE, due_at=at + every), ()
        return self._begun(at, every)

    def come_back(
        self, number: int, *, began_at: datetime, is_success: bool, at: datetime
    ) -> Decision:
        """Close the circle; a drill that came back before, or was never begun, changes nothing."""
        if not self.answered < number <= self.number:
            return self, ()
        if not is_success:
            return replace(self, answered=number, course=Course.FAILED), ()
        took_s = max((at - began_at).total_seconds(), 0)
        succeeded = replace(self, course=Course.SUCCEEDED, succeeded_at=at, took_s=took_s)
        return replace(succeeded, answered=number), ()

    def _begun(self, at: datetime, every: timedelta) -> Decision:
        number = self.number + 1
        begun = replace(self, number=number, began_at=at, due_at=at + every, course=Course.BEGUN)
        return begun, (DrillBegun(),)


Decision = tuple[Drill, Sequence[object]]
