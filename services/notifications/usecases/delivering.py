"""Whom an alert has reached, and whom it could not reach: one function each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from services.notifications.domain.model import Alert, Decision
from services.notifications.usecases.alerting import Alerts, DutyOf


class KnownAlerts(Protocol):
    """Where alerts are kept, some of which may be told of and not be there."""

    def change_known(self, key: str, decide: Callable[[Alert], Decision]) -> Alert | None:
        """Change an alert as `Alerts.change` does; None where there is none."""


def deliver_alerts(
    alerts: KnownAlerts, shown: Iterable[tuple[str, Sequence[str]]], *, channel: str, at: datetime
) -> list[str]:
    """Record in one change of each alert to whom it was shown; return which are not there."""
    return [
        reference
        for reference, people in shown
        if alerts.change_known(reference, _delivered(people, channel, at)) is None
    ]


def _delivered(people: Sequence[str], channel: str, at: datetime) -> Callable[[Alert], Decision]:
    def decide(alert: Alert) -> Decision:
        told: list[object] = []
        for person in people:
            alert, said = alert.deliver(to=person, channel=channel, at=at)
            told += said
        return alert, told

    return decide


def deliver_call(
    alerts: Alerts, reference: str, call: int, *, to: str, channel: str, at: datetime
) -> Alert:
    """Record that a person got a call of an alert, unless it is not the latest any more."""

    def decide(alert: Alert) -> Decision:
        is_latest = alert.call is not None and alert.call.number == call
        return alert.deliver(to=to, channel=channel, at=at) if is_latest else (alert, ())

    return alerts.change(reference, decide)


def fail_delivery(
    alerts: Alerts,
    reference: str,
    *,
    to: str,
    channel: str,
    is_last: Callable[[Alert], bool],
    duty_of: DutyOf,
    at: datetime,
) -> Alert:
    """Record that a channel could not show an alert to a person.

    `is_last` tells whether nobody else can be reached by the same call; see `Alert.fail_delivery`.
    """

    def decide(alert: Alert) -> Decision:
        duty = duty_of(alert.area, at)
        return alert.fail_delivery(to=to, channel=channel, is_last=is_last(alert), duty=duty, at=at)

    return alerts.change(reference, decide)
