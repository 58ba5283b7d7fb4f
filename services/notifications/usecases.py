"""What may be done with alerts: one function each; time and ids are arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from services.notifications.domain import drill
from services.notifications.domain.errors import (
    AlertAlreadyRaised,
    AlertAlreadyResolved,
    EpisodeContested,
)
from services.notifications.domain.escalation import Kind, Policies
from services.notifications.domain.model import Alert, Decision
from services.notifications.domain.record import Allocation, Cause

ATTEMPTS = 5


class Alerts(Protocol):
    """Where alerts are kept; `change` decides again when another write came first."""

    def create(self, root: Alert, events: Sequence[object]) -> Alert:
        """Keep a new alert; raises AlertAlreadyRaised where id or episode is taken."""

    def load(self, key: str) -> Alert:
        """Return the alert with this id or reference."""

    def change(self, key: str, decide: Callable[[Alert], Decision]) -> Alert:
        """Load an alert, decide, and save what was decided if nobody else wrote meanwhile."""

    def latest(self, case_id: str, kind: Kind) -> Alert | None:
        """Return the alert of a case with the highest cause, open or resolved."""


class Allocations(Protocol):
    """Where it is remembered who has a case."""

    def remember(self, heard: Allocation) -> None:
        """Remember who has a case, unless something later is known of it."""

    def of_case(self, case_id: str) -> Allocation | None:
        """Return who has a case, if that has been heard."""


class Drills(Protocol):
    """The one drill, as it is kept."""

    def is_piling_up(self) -> bool:
        """Tell whether more than one thing that was said of it has not been heard yet."""

    def turn(
        self, first: drill.Decision, decide: Callable[[drill.Drill], drill.Decision]
    ) -> drill.Drill:
        """Load, decide and save; where there is none yet, save the first."""


Seal = Callable[[str, str], object]
Unseal = Callable[[object], str | None]


def hear_cause(
    alerts: Alerts,
    allocations: Allocations,
    policies: Policies,
    cause: Cause,
    *,
    id: str,
    reference: str,
    at: datetime,
) -> Alert | None:
    """Raise an alert for a cause, or bring the open one of the episode up to date.

    A cause heard before, or older than one that was heard, changes nothing, resolved or not.
    Returns the alert that the cause belongs to, or None where it wants none.

    Raises:
        EpisodeContested: others kept raising and resolving; the event must be heard again.

    """
    for _ in range(ATTEMPTS):
        latest = alerts.latest(cause.case_id, cause.kind)
        if latest is not None and (latest.is_open or latest.covers(cause)):
            updated = _bring_up_to_date(alerts, latest, cause, at)
        else:
            allocation = allocations.of_case(cause.case_id)
            if not cause.wants_alert or (allocation is not None and allocation.ends(cause)):
                return None
            policy = policies.of(cause.kind)
            raised = Alert.open(
                cause, id=id, reference=reference, policy=policy, allocation=allocation, at=at
            )
            updated = _create(alerts, raised)
        if updated is not None:
            return updated
    raise EpisodeContested


def _bring_up_to_date(alerts: Alerts, alert: Alert, cause: Cause, at: datetime) -> Alert | None:
    if alert.covers(cause):
        return alert
    try:
        return alerts.change(alert.id, lambda now: now.reassess(cause, at=at))
    except AlertAlreadyResolved:
        return None


def _create(alerts: Alerts, raised: Decision) -> Alert | None:
    try:
        return alerts.create(*raised)
    except AlertAlreadyRaised:
        return None


def remember_allocation(
    alerts: Alerts, allocations: Allocations, allocation: Allocation, *, at: datetime
) -> None:
    """Remember who has a case now, and tell her of its open alerts."""
    allocations.remember(allocation)
    for kind in Kind:
        alert = alerts.latest(allocation.case_id, kind)
        if alert is not None and alert.is_open:
            alerts.change(alert.id, lambda now: now.allocate(allocation, at=at))


def follow_allocation(
    alerts: Alerts, allocations: Allocations, alert: Alert, *, at: datetime
) -> None:
    """Take in an allocation that was heard while the alert was being raised.

    An alert is written and then the allocation read; an allocation is written and then the alerts
    read: whichever comes first, one of the two sees the other.
    """
    known = allocations.of_case(alert.case_id)
    if known is not None and known.order > alert.allocation_order and alert.is_open:
        alerts.change(alert.id, lambda now: now.allocate(known, at=at))


def close_case(
    alerts: Alerts, allocations: Allocations, closed: Allocation, *, by: str, at: datetime
) -> None:
    """Forget who had a closed case, and end its engagement alert by the person who closed it.

    An open alert of high risk stays open: only somebody who says what came of it ends it. So does
    an engagement alert for sessions missed since: the closure may be heard long after it was said.
    """
    allocations.remember(closed)
    alert = alerts.latest(closed.case_id, Kind.ENGAGEMENT)
    if alert is not None and alert.number < closed.order:
        alerts.change(alert.id, lambda now: now.close_with_case(by=by, at=at))


def read_alert(alerts: Alerts, unseal: Unseal, reference: str) -> Alert:
    """Return an alert with the notes of its actions open; an erased note is None."""
    alert = alerts.load(reference)
    opened = (
        replace(action, note=unseal(action.note) if action.has_note else None)
        for action in alert.actions
    )
    return replace(alert, actions=tuple(opened))


def deliver_alert(alerts: Alerts, reference: str, *, to: str, channel: str, at: datetime) -> Alert:
    """Record that an alert was shown to a person."""
    return alerts.change(reference, lambda alert: alert.deliver(to=to, channel=channel, at=at))


def fail_delivery(alerts: Alerts, reference: str, *, to: str, channel: str, at: datetime) -> Alert:
    """Record that a channel could not show an alert to a person."""
    return alerts.change(
        reference, lambda alert: alert.fail_delivery(to=to, channel=channel, at=at)
    )


def acknowledge_alert(alerts: Alerts, reference: str, *, by: str, at: datetime) -> Alert:
    """Take an alert on; see `Alert.acknowledge` for the refusals."""
    return alerts.change(reference, lambda alert: alert.acknowledge(by=by, at=at))


def record_action(
    alerts: Alerts,
    seal: Seal,
    reference: str,
    kind: str,
    note: str | None,
    *,
    by: str,
    at: datetime,
) -> Alert:
    """Record what was done about an alert, its note sealed with the key of the case."""

    def decide(alert: Alert) -> Decision:
        sealed = None if note is None else seal(alert.case_id, note)
        return alert.record_action(kind, note=sealed, by=by, at=at)

    return alerts.change(reference, decide)


def resolve_alert(alerts: Alerts, reference: str, outcome: str, *, by: str, at: datetime) -> Alert:
    """End an alert with its outcome; see `Alert.resolve` for the refusals."""
    return alerts.change(reference, lambda alert: alert.resolve(outcome, by=by, at=at))


def advance_alert(alerts: Alerts, id: str, *, at: datetime) -> Alert:
    """Take the step of an alert that is due, unless somebody or another replica was first."""
    return alerts.change(id, lambda alert: alert.advance(at=at))


def restore_step(alerts: Alerts, id: str, *, at: datetime) -> Alert:
    """Give a next step to an open alert that has lost it, or has one that is too far off."""
    return alerts.change(id, lambda alert: alert.restore_step(at=at))


def raise_drill(
    drills: Drills, policies: Policies, cause: Cause, *, began_at: datetime, at: datetime
) -> None:
    """Try on a drill what a high assessment leads to; while nobody hears, say no more."""
    if drills.is_piling_up():
        return
    outcome = drill.outcome_of(cause, policies.of(cause.kind), at=at)

    def decide(known: drill.Drill) -> drill.Decision:
        return known.raised(cause.number, outcome, began_at=began_at)

    drills.turn(decide(drill.Drill()), decide)
