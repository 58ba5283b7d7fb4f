"""What cases wait for: taken in as it is heard, told when it is due, ended when it is seen to.

An alert is raised and then what is known is read again; what is heard is written and then the
alerts are read: whichever comes first, one of the two sees that there is nothing to wait for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.notifications.domain import model
from services.notifications.domain.matters import BY, MATTERS, CaseMatters, Decision
from services.notifications.domain.record import Cause
from services.notifications.usecases import alerting

TakeIn = Callable[[CaseMatters], CaseMatters]


class Matters(Protocol):
    """Where it is kept what cases wait for."""

    def load(self, key: str) -> CaseMatters:
        """Return what a case waits for."""

    def change(self, key: str, decide: Callable[[CaseMatters], Decision]) -> CaseMatters:
        """Load, decide, and save what was decided if nobody else wrote meanwhile."""

    def open_or_change(
        self, fresh: Decision, decide: Callable[[CaseMatters], Decision]
    ) -> CaseMatters:
        """Keep what a case waits for, or change it where something is known."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How an alert comes about: where it is kept, by which policy, for whom."""

    alerts: alerting.Alerts
    allocations: alerting.Allocations
    policy_of: alerting.PolicyOf
    duty_of: alerting.DutyOf
    id_of: Callable[..., str]
    new_reference: Callable[[], str]


def hear(
    matters: Matters,
    alerts: alerting.Alerts,
    bare: CaseMatters,
    take_in: TakeIn,
    *,
    wait: timedelta,
    by: str,
    at: datetime,
) -> None:
    """Take in what was heard of a case; what it has seen to ends in the name of `by`.

    `bare` stands for a case of which nothing is known; `wait` is how long a referral may wait.
    """

    def decide(known: CaseMatters) -> Decision:
        return take_in(known).watched(wait, at=at), ()

    settle(alerts, matters.open_or_change(decide(bare), decide), by=by, at=at)


def settle(alerts: alerting.Alerts, known: CaseMatters, *, by: str, at: datetime) -> None:
    """End the open alerts of a case for what has been seen to."""
    for kind in MATTERS:
        watch = known.watch(kind)
        alert = alerts.latest(known.case_id, kind) if watch.told else None
        if alert is None or not alert.is_open:
            continue

        def decide(now: model.Alert) -> model.Decision:
            return (
                now.settle(by=by, at=at) if known.watch(now.kind).is_over(now.number) else (now, ())
            )

        alerts.change(alert.id, decide)


def tell_due(matters: Matters, ways: Ways, case_id: str, *, at: datetime) -> None:
    """Raise an alert for each matter of a case that is due, once however often this is done."""
    for cause in matters.load(case_id).due(at):
        _tell(matters, ways, cause, at)
    settle(ways.alerts, matters.load(case_id), by=BY, at=at)


def _tell(matters: Matters, ways: Ways, cause: Cause, at: datetime) -> None:
    alert = alerting.hear_cause(
        ways.alerts,
        ways.allocations,
        ways.policy_of,
        cause,
        id=ways.id_of("alert", cause.case_id, cause.kind.value, str(cause.number)),
        reference=ways.new_reference(),
        duty_of=ways.duty_of,
        at=at,
    )
    if alert is not None:
        alerting.follow_allocation(ways.alerts, ways.allocations, alert, at=at)
    matters.change(cause.case_id, lambda now: now.was_told(cause.kind, cause.number))
