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
from services.notifications.domain.course import Action, Receipt, State
from services.notifications.domain.escalation import (
    NO_ROTA,
    Audience,
    Duty,
    Kind,
    Policy,
)
from services.notifications.domain.record import Allocation, Cause, graver
from services.notifications.domain.stepping import Stepping

OUTCOMES_WITHOUT_ACTION = frozenset({"no_longer_needed", "opened_in_error"})

Decision = tuple["Alert", Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Stepping):
    """One alert of a case, and all that may happen to it."""

    def covers(self, cause: Cause) -> bool:
        """Tell whether a cause has been taken in already, or one that came after it."""
        return cause.number <= self.number

    @classmethod
    def open(
        cls,
        cause: Cause,
        allocation: Allocation | None,
        policy: Policy,
        duty: Duty = NO_ROTA,
        *,
        id: str,
        reference: str,
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
            audience=Audience().told(policy.rungs[0].tells, practitioner_id, duty),
            practitioner_id=practitioner_id,
            allocation_order=allocation.order if allocation else 0,
        )
        raised = alert._calling("raised", at)._moved("raised", cause.by, at)
        return raised, [events.AlertRaised(at, raised.state, raised.level)]

    def reassess(self, cause: Cause, *, duty: Duty = NO_ROTA, at: datetime) -> Decision:
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
            newer = newer._raised_again(0, self.policy.following(0, at), duty, at)
            newer = newer._calling("worsened", at)
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
        taken = self._answered()._moved(
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
        acted = taken._answered()._moved(
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

    def settle(self, *, by: str, at: datetime) -> Decision:
        """End what is not high risk because its reason is over, by whoever brought that about.

        High risk stays open: that a case was closed does not tell whether anybody acted on it.
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

    def hand_over(self, to: str, *, by: str, at: datetime) -> Decision:
        """Ask a colleague to take the alert on; until she does, nobody has it and its steps go on.

        Raises:
            AlertNotYours: who hands over does not have it.
            AlertAlreadyResolved: it has ended.

        """
        self._refuse_if_resolved()
        if self.responder_id != by:
            raise errors.AlertNotYours
        following = self.policy.following(self.level, at)
        again = self._raised_again(self.level, following, NO_ROTA, at)
        again = replace(again, audience=self.audience.with_person(to))
        handed = again._calling("handed_over", at)._moved("escalated", by, at, "handed_over")
        return handed, [events.AlertEscalated(at, handed.state, handed.level, "handed_over")]

    def _refuse_if_resolved(self) -> None:
        if not self.is_open:
            raise errors.AlertAlreadyResolved

    def _resolved(self, outcome: str, by: str, at: datetime) -> Decision:
        ended = self._answered()._moved(
            "resolved",
            by,
            at,
            outcome,
            state=State.RESOLVED,
            outcome=outcome,
            next_step_at=None,
        )
        return ended, [events.AlertResolved(at, ended.state, ended.level, by, outcome)]
