"""The alert: from raised to resolved, with every transition by a named actor at a time.

    raised → delivered → acknowledged → actioned → resolved

An acknowledgement that expires leads back to raised; so does a worsening, from any open state.
Levels are steps of the ladder (`escalation`), not states. Each method returns the alert as it then
is and the events to tell; an alert on which nothing changes is returned as it was, with none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.notifications.domain import errors, events
from services.notifications.domain.escalation import Audience, Kind, Policy, Tells
from services.notifications.domain.record import (
    REPAIR,
    Action,
    Allocation,
    Cause,
    Receipt,
    Record,
    State,
    graver,
)

CLOCK = "service:notifications"
OUTCOMES_WITHOUT_ACTION = frozenset({"no_longer_needed", "opened_in_error"})

Decision = tuple["Alert", Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Record):
    """One alert of a case, and all that may happen to it."""

    def covers(self, cause: Cause) -> bool:
        """Tell whether a cause has been taken in already, or one that came after it."""
        return cause.number <= self.number

    @classmethod
    def open(
        cls,
        cause: Cause,
        *,
        id: str,
        reference: str,
        policy: Policy,
        allocation: Allocation | None,
        at: datetime,
    ) -> Decision:
        """Raise an alert for a cause, told to the responders of the case."""
        practitioner_id = allocation.practitioner_id if allocation else None
        alert = cls(
            id=id,
            reference=reference,
            case_id=cause.case_id,
            case_reference=cause.case_reference,
            area=cause.area,
            kind=cause.kind,
            severity=cause.severity,
            policy=policy,
            number=cause.number,
            facts=cause.facts,
            source_at=cause.source_at,
            raised_at=at,
            since=at,
            changed_at=at,
            next_step_at=policy.following(0, at),
            audience=Audience().told(policy.rungs[0].tells, practitioner_id),
            practitioner_id=practitioner_id,
            allocation_order=allocation.order if allocation else 0,
        )
        raised = alert._moved("raised", cause.by, at)
        return raised, [events.AlertRaised(at, raised.state, raised.level)]

    def reassess(self, cause: Cause, *, at: datetime) -> Decision:
        """Take in a newer cause; an older one changes nothing, a lesser one closes nothing.

        A worsening breaks through: the alert is raised again and its steps start from the first.
        """
        self._refuse_if_resolved()
        if self.covers(cause):
            return self, ()
        worsened = self._is_worsened_by(cause)
        newer = replace(
            self,
            number=cause.number,
            facts=cause.facts,
            source_at=cause.source_at,
            severity=graver(self.severity, cause.severity),
        )
        if worsened:
            newer = newer._raised_again(0, self.policy.following(0, at), at)
        newer = newer._moved("reassessed", cause.by, at, "worsened" if worsened else None)
        return newer, [events.AlertReassessed(at, newer.state, newer.level, worsened)]

    def _is_worsened_by(self, cause: Cause) -> bool:
        # Causes can be lost or late: across a gap the last step alone does not tell.
        has_gap = cause.number > self.number + 1
        return (
            cause.worsened
            or graver(self.severity, cause.severity) != self.severity
            or (has_gap and cause.facts.exceeds(self.facts))
        )

    def advance(self, *, at: datetime) -> Decision:
        """Take the step that is due by now, if one is: nothing happens before its time."""
        if self.next_step_at is None or self.next_step_at > at or not self.is_open:
            return self, ()
        if self.state is State.ACTIONED:
            return self._remind(at)
        reason = "not_acknowledged" if self.is_waiting else "acknowledgement_expired"
        level, following = self.policy.climb(self.level, self.next_step_at, at)
        if reason == "acknowledgement_expired":
            return self._raised_again(level, following, at)._escalated(reason, at)
        return self._at_level(level, following)._escalated(reason, at)

    def _remind(self, at: datetime) -> Decision:
        wait = self.policy.unresolved_after
        reminded = replace(
            self,
            audience=self.audience.told(Tells.MANAGER, self.practitioner_id),
            next_step_at=None if wait is None else at + wait,
        )
        return reminded._escalated("not_resolved", at)

    def deliver(self, *, to: str, channel: str, at: datetime) -> Decision:
        """Record that the alert was shown to a person; the first since it was raised is told."""
        others = tuple(r for r in self.deliveries if (r.person_id, r.channel) != (to, channel))
        earlier = set(self.deliveries) - set(others)
        seen = any(receipt.at >= self.since for receipt in earlier)
        if not self.is_open or (seen and self.state is not State.RAISED):
            return self, ()
        shown = replace(self, deliveries=(*others, Receipt(to, channel, at)))
        if self.state is not State.RAISED:
            return shown, ()
        shown = shown._moved("delivered", to, at, channel, state=State.DELIVERED)
        return shown, [events.AlertDelivered(at, shown.state, shown.level, to, channel)]

    def fail_delivery(self, *, to: str, channel: str, at: datetime) -> Decision:
        """Record that a channel could not reach a person while nobody has taken the alert on.

        If nobody has been reached since it was raised, the next rung is told at once. The last one
        is not told again for it: a channel that keeps failing would be asked without a pause.
        """
        if not self.is_waiting:
            return self, ()
        failed = self._moved("delivery_failed", to, at, channel)
        told = events.AlertDeliveryFailed(at, failed.state, failed.level, to, channel)
        if self.state is State.DELIVERED or self.level == self.policy.top:
            return failed, [told]
        level, following = self.policy.climb(self.level, at, at)
        escalated, more = failed._at_level(level, following)._escalated("delivery_failed", at)
        return escalated, [told, *more]

    def acknowledge(self, *, by: str, at: datetime) -> Decision:
        """Take the alert on, which stops its steps until the acknowledgement expires.

        The same person may say so again, without gaining time.

        Raises:
            AlertAlreadyAcknowledged: somebody else has it.
            AlertAlreadyResolved: it has ended.

        """
        self._refuse_if_resolved()
        if self.responder_id == by:
            return self, ()
        if self.responder_id is not None:
            raise errors.AlertAlreadyAcknowledged(self.responder_id, self.acknowledged_at or at)
        expires_at = at + self.policy.acknowledgement_lasts
        taken = self._moved(
            "acknowledged",
            by,
            at,
            state=State.ACKNOWLEDGED,
            responder_id=by,
            acknowledged_at=at,
            audience=self.audience.with_person(by),
            next_step_at=expires_at,
        )
        told = events.AlertAcknowledged(at, taken.state, taken.level, by, expires_at)
        return taken, [told]

    def record_action(self, kind: str, *, note: object | None, by: str, at: datetime) -> Decision:
        """Record what a named person did; where nobody had the alert, she has it now.

        Raises:
            ActionNeedsNote: the kind is `other` and nothing says what was done.
            AlertAlreadyResolved: it has ended.

        """
        self._refuse_if_resolved()
        if kind == "other" and note is None:
            raise errors.ActionNeedsNote
        taken, told = self.acknowledge(by=by, at=at) if self.is_waiting else (self, ())
        rests = self.policy.unresolved_after
        acted = taken._moved(
            "actioned",
            by,
            at,
            kind,
            state=State.ACTIONED,
            actions=(*self.actions, Action(kind, by, at, note)),
            next_step_at=None if rests is None else at + rests,
        )
        return acted, [*told, events.AlertActioned(at, acted.state, acted.level, by, kind)]

    def resolve(self, outcome: str, *, by: str, at: datetime) -> Decision:
        """End the alert with an outcome; the same person may say the same again.

        Raises:
            AlertNotAcknowledged: nobody has taken it on.
            AlertWithoutAction: the outcome needs an action on record.
            AlertAlreadyResolved: it ended otherwise.

        """
        if not self.is_open and (self.history[-1].by, self.outcome) == (by, outcome):
            return self, ()
        self._refuse_if_resolved()
        if self.is_waiting:
            raise errors.AlertNotAcknowledged
        if self.state is not State.ACTIONED and outcome not in OUTCOMES_WITHOUT_ACTION:
            raise errors.AlertWithoutAction
        return self._resolved(outcome, by, at)

    def close_with_case(self, *, by: str, at: datetime) -> Decision:
        """End an engagement alert with its case, by the person who closed the case.

        High risk stays open: closing a case says nothing about whether anybody acted on it.
        """
        if not self.is_open or self.kind is Kind.HIGH_RISK:
            return self, ()
        return self._resolved("no_longer_needed", by, at)

    def allocate(self, allocation: Allocation, *, at: datetime) -> Decision:
        """Tell the practitioner who now has the case, unless a later allocation is known.

        While nobody has taken the alert on she is told at once, on the level where it stands.
        """
        known = allocation.order <= self.allocation_order
        if known or not self.is_open:
            return self, ()
        person = allocation.practitioner_id
        allocated = replace(self, practitioner_id=person, allocation_order=allocation.order)
        if person is None or person in self.audience.account_ids:
            return allocated, ()
        allocated = replace(allocated, audience=self.audience.with_person(person))
        return allocated._escalated("case_allocated", at) if self.is_waiting else (allocated, ())

    def restore_step(self, *, at: datetime) -> Decision:
        """Make a stranded alert due now, and a delayed one after one wait; the watchdog's repair.

        An alert is delayed where the clock was put back: time in which nothing ran counts as
        waiting, but how much of it there was cannot be known.
        """
        if self.is_stranded:
            return self._moved(REPAIR, CLOCK, at, next_step_at=at), ()
        if self.is_delayed(at):
            return self._moved(REPAIR, CLOCK, at, next_step_at=self.latest_step_at(at)), ()
        return self, ()

    def _refuse_if_resolved(self) -> None:
        if not self.is_open:
            raise errors.AlertAlreadyResolved

    def _at_level(self, level: int, following: datetime | None) -> Alert:
        audience = self.audience
        for rung in self.policy.rungs[: level + 1]:
            audience = audience.told(rung.tells, self.practitioner_id)
        return replace(self, level=level, audience=audience, next_step_at=following)

    def _raised_again(self, level: int, following: datetime | None, at: datetime) -> Alert:
        again = self._at_level(level, following)
        return replace(again, state=State.RAISED, since=at, responder_id=None, acknowledged_at=None)

    def _escalated(self, reason: str, at: datetime) -> Decision:
        told = self._moved("escalated", CLOCK, at, reason)
        return told, [events.AlertEscalated(at, told.state, told.level, reason)]

    def _resolved(self, outcome: str, by: str, at: datetime) -> Decision:
        ended = self._moved(
            "resolved",
            by,
            at,
            outcome,
            state=State.RESOLVED,
            outcome=outcome,
            next_step_at=None,
        )
        return ended, [events.AlertResolved(at, ended.state, ended.level, by, outcome)]
