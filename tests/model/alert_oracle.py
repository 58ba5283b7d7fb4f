"""What must become of a high-risk alert, said a second time and in other words than the code's.

Times are aware moments; `due` is when the alert moves by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.course import State
from services.notifications.domain.model import Alert
from services.notifications.domain.record import CLOCKS_DIFFER
from tests.unit.notifications.alert_examples import DAY, HOUR, REPEAT, STEP

TOP = 3


@dataclass
class Course:
    """Where an open alert must stand: its state, its level, who has it and when it moves."""

    state: State
    level: int
    due: datetime
    responder: str | None = None

    @classmethod
    def begun(cls, at: datetime) -> Course:
        """Return the course of an alert that was raised, or has worsened, just now."""
        return cls(State.RAISED, 0, at + STEP)

    @property
    def is_waiting(self) -> bool:
        return self.state in (State.RAISED, State.DELIVERED)

    @property
    def wait(self) -> timedelta:
        """How long this state lasts, from its beginning to the next step."""
        if self.is_waiting:
            return STEP if self.level < TOP else REPEAT
        return HOUR if self.state is State.ACKNOWLEDGED else DAY

    def reached(self, now: datetime) -> bool:
        """Take the step that is due, if it is; tell whether one was taken."""
        if now < self.due:
            return False
        if self.state is State.ACTIONED:
            self.due = now + DAY
            return True
        if self.state is State.ACKNOWLEDGED:
            self.state, self.responder = State.RAISED, None
        self._climb(now)
        return True

    def _climb(self, now: datetime) -> None:
        """Climb once for each wait that has passed; the last rung makes up for none."""
        missed = (now - self.due) // STEP
        level = min(self.level + 1 + missed, TOP)
        since = self.due + max(level - self.level - 1, 0) * STEP
        self.level, self.due = level, since + (STEP if level < TOP else REPEAT)
        if self.due <= now:
            self.due = now + REPEAT

    def failed(self, now: datetime) -> None:
        """Nobody could be reached: the next rung is told at once, but never the last one again."""
        if self.state is State.RAISED and self.level < TOP:
            self.level += 1
            self.due = now + self.wait

    def watched(self, now: datetime) -> None:
        """A step further off than its wait, but for what clocks may differ, is brought nearer."""
        if self.due > now + self.wait + CLOCKS_DIFFER:
            self.due = now + self.wait

    def fits(self, alert: Alert) -> bool:
        """Does the alert stand where it must?"""
        found = (alert.state, alert.level, alert.next_step_at, alert.responder_id)
        return found == (self.state, self.level, self.due, self.responder)
