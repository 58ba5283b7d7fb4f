"""How an alert moves by itself: the steps of its ladder, the watchdog's repair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from services.notifications.domain import events
from services.notifications.domain.course import State
from services.notifications.domain.escalation import NO_ROTA, Duty, Tells
from services.notifications.domain.record import REPAIR, Record

CLOCK = "service:notifications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping(Record):
    """An alert as far as the clock and failing channels move it."""

    def advance(self, *, duty: Duty = NO_ROTA, at: datetime) -> tuple[Self, Sequence[object]]:
        """Take the step that is due by now, if one is: nothing happens before its time."""
        if self.next_step_at is None or self.next_step_at > at or not self.is_open:
            return self, ()
        if self.state is State.ACTIONED:
            return self._remind(duty, at)
        reason = "not_acknowledged" if self.is_waiting else "acknowledgement_expired"
        level, following = self.policy.climb(self.level, self.next_step_at, at)
        if reason == "acknowledgement_expired":
            return self._raised_again(level, following, duty, at)._escalated(reason, at)
        return self._at_level(level, following, duty)._escalated(reason, at)

    def _remind(self, duty: Duty, at: datetime) -> tuple[Self, Sequence[object]]:
        wait = self.policy.unresolved_after
        reminded = replace(
            self,
            audience=self.audience.told(Tells.MANAGER, self.practitioner_id, duty),
            next_step_at=None if wait is None else at + wait,
        )
        return reminded._escalated("not_resolved", at)

    def fail_delivery(
        self, *, to: str, channel: str, is_last: bool = True, duty: Duty = NO_ROTA, at: datetime
    ) -> tuple[Self, Sequence[object]]:
        """Record that a channel could not reach a person while nobody has taken the alert on.

        If nobody has been reached since it was raised, and nobody else can be by the same call
        (`is_last`), the next rung is told at once. The last one is not told again for it: a channel
        that keeps failing would be asked without a pause.
        """
        if not self.is_waiting:
            return self, ()
        failed = self._moved("delivery_failed", to, at, channel)
        told = events.AlertDeliveryFailed(at, failed.state, failed.level, to, channel)
        if not is_last or self.state is State.DELIVERED or self.level == self.policy.top:
            return failed, [told]
        level, following = self.policy.climb(self.level, at, at)
        escalated, more = failed._at_level(level, following, duty)._escalated("delivery_failed", at)
        return escalated, [told, *more]

    def find_nobody(
        self, call: int, *, duty: Duty = NO_ROTA, at: datetime
    ) -> tuple[Self, Sequence[object]]:
        """Tell the next rung at once where a call has found nobody who could be reached.

        The last one is not told again for it, as in `fail_delivery`.
        """
        is_last = self.level == self.policy.top
        if self.state is not State.RAISED or not self.still_makes(call) or is_last:
            return self, ()
        level, following = self.policy.climb(self.level, at, at)
        return self._at_level(level, following, duty)._escalated("delivery_failed", at)

    def restore_step(self, *, at: datetime) -> tuple[Self, Sequence[object]]:
        """Make a stranded alert due now, and a delayed one after one wait; the watchdog's repair.

        An alert is delayed where the clock was put back: time in which nothing ran counts as
        waiting, but how much of it there was cannot be known.
        """
        if self.is_stranded:
            return self._moved(REPAIR, CLOCK, at, next_step_at=at), ()
        if self.is_delayed(at):
            return self._moved(REPAIR, CLOCK, at, next_step_at=self.latest_step_at(at)), ()
        return self, ()

    def _at_level(self, level: int, following: datetime | None, duty: Duty) -> Self:
        audience = self.audience
        for rung in self.policy.rungs[: level + 1]:
            audience = audience.told(rung.tells, self.practitioner_id, duty)
        return replace(self, level=level, audience=audience, next_step_at=following)

    def _raised_again(
        self, level: int, following: datetime | None, duty: Duty, at: datetime
    ) -> Self:
        again = self._at_level(level, following, duty)
        return replace(again, state=State.RAISED, since=at, responder_id=None, acknowledged_at=None)

    def _escalated(self, reason: str, at: datetime) -> tuple[Self, Sequence[object]]:
        told = self._calling(reason, at)._moved("escalated", CLOCK, at, reason)
        return told, [events.AlertEscalated(at, told.state, told.level, reason)]
