"""What may be done with alerts: one function each; time and ids are arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from services.notifications.domain.errors import (
    AlertAlreadyRaised,
    AlertAlreadyResolved,
    EpisodeContested,
    NobodyThere,
)
from services.notifications.domain.escalation import Duty, Kind, Policy
from services.notifications.domain.model import Alert, Decision
from services.notifications.domain.record import Allocation, Cause
from services.notifications.domain.responders import Responder

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


class People(Protocol):
    """Who can be told."""

    def of_ids(self, ids: Iterable[str]) -> list[Responder]:
        """Return the active ones of some people."""


PolicyOf = Callable[[str, Kind], Policy]
"""Tells the policy that holds in an area for a kind of alert."""
DutyOf = Callable[[str, datetime], Duty]
"""Tells who is on duty in an area at a moment."""


Seal = Callable[[str, str], object]
Unseal = Callable[[object], str | None]


def hear_cause(
    alerts: Alerts,
    allocations: Allocations,
    policy_of: PolicyOf,
    cause: Cause,
    *,
    id: str,
    reference: str,
    duty_of: DutyOf,
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
            updated = _bring_up_to_date(alerts, latest, cause, duty_of, at)
        else:
            allocation = allocations.of_case(cause.case_id)
            if not cause.wants_alert or (allocation is not None and allocation.ends(cause)):
                return None
            policy, duty = policy_of(cause.area, cause.kind), duty_of(cause.area, at)
            raised = Alert.open(cause, allocation, policy, duty, id=id, reference=reference, at=at)
            updated = _create(alerts, raised)
        if updated is not None:
            return updated
    raise EpisodeContested


def _bring_up_to_date(
    alerts: Alerts, alert: Alert, cause: Cause, duty_of: DutyOf, at: datetime
) -> Alert | None:
    if alert.covers(cause):
        return alert
    try:
        duty = duty_of(alert.area, at)
        return alerts.change(alert.id, lambda now: now.reassess(cause, duty=duty, at=at))
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
    """Remember who has a case now, and tell her of its open alerts.

    Of a referral that waited she is told only where it still does: see `matters`.
    """
    allocations.remember(allocation)
    told = (kind for kind in Kind if kind is not Kind.REFERRAL_WAITING)
    tell_holder(alerts, allocation, told, at=at)


def tell_holder(
    alerts: Alerts, allocation: Allocation, kinds: Iterable[Kind], *, at: datetime
) -> None:
    """Tell whoever has a case now of its open alerts of some kinds."""
    for kind in kinds:
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
        alerts.change(alert.id, lambda now: now.settle(by=by, at=at))


def read_alert(alerts: Alerts, unseal: Unseal, reference: str) -> Alert:
    """Return an alert with the notes of its actions open; an erased note is None."""
    alert = alerts.load(reference)
    opened = (
        replace(action, note=unseal(action.note) if action.has_note else None)
        for action in alert.actions
    )
    return replace(alert, actions=tuple(opened))


def find_nobody(
    alerts: Alerts, reference: str, call: int, *, duty_of: DutyOf, at: datetime
) -> Alert:
    """Tell the next rung at once where a call of an alert has found nobody."""

    def decide(alert: Alert) -> Decision:
        return alert.find_nobody(call, duty=duty_of(alert.area, at), at=at)

    return alerts.change(reference, decide)


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


def refuse_strangers(people: People, person_id: str, area: str) -> None:
    """Refuse to hand anything to somebody who cannot take alerts of an area on.

    Raises:
        NobodyThere: there is no such person, or she does not see the area.

    """
    if not any(person.covers(area) for person in people.of_ids([person_id])):
        raise NobodyThere


def hand_over(alerts: Alerts, reference: str, to: str, *, by: str, at: datetime) -> Alert:
    """Ask a colleague to take an alert on; see `Alert.hand_over` for the refusals."""
    return alerts.change(reference, lambda alert: alert.hand_over(to, by=by, at=at))


def advance_alert(alerts: Alerts, id: str, *, duty_of: DutyOf, at: datetime) -> Alert:
    """Take the step of an alert that is due, unless somebody or another replica was first."""
    return alerts.change(id, lambda alert: alert.advance(duty=duty_of(alert.area, at), at=at))


def restore_step(alerts: Alerts, id: str, *, at: datetime) -> Alert:
    """Give a next step to an open alert that has lost it, or has one that is too far off."""
    return alerts.change(id, lambda alert: alert.restore_step(at=at))
