"""Alerts on the real database: there and back, one an episode, and races that have one winner."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.ids import derived_id, new_reference
from services.notifications.announcements import announce, announce_nothing
from services.notifications.domain.course import State
from services.notifications.domain.errors import AlertAlreadyRaised
from services.notifications.domain.model import Alert
from services.notifications.repository import Alerts, Allocations, Notes
from services.notifications.usecases import alerting, delivering
from tests.integration.chassis.things import runtime
from tests.unit.notifications.alert_examples import (
    DAY,
    POLICIES,
    START,
    STEP,
    allocated,
    high_risk,
    lapsed,
    no_rota,
    policy_of,
)

NO_BUS = "amqp://nobody:nothing@127.0.0.1:1/none"
RACES = 100


@pytest.fixture
def kept(mongo: Any) -> Iterator[Any]:
    made = runtime(mongo, NO_BUS)
    for name in (Alerts.collection, Allocations.collection):
        made.database.drop_collection(name)
    yield made
    made.client.close()


@pytest.fixture
def alerts(kept: Any) -> Alerts:
    made = Alerts(kept, announce, lambda _alert, _said: None)
    made.ensure_indexes()
    return made


@pytest.fixture
def allocations(kept: Any) -> Allocations:
    return Allocations(kept, announce_nothing)


def opened(alerts: Alerts, number: int = 1, cause: Any = None) -> Alert:
    cause = cause or high_risk(number)
    return alerts.create(
        *Alert.open(
            cause,
            id=derived_id("alert", str(cause)),
            reference=new_reference("A"),
            policy=POLICIES.of(cause.kind),
            allocation=allocated(),
            at=START,
        )
    )


@pytest.mark.parametrize("cause", [high_risk(), lapsed()])
def test_an_alert_comes_back_as_it_was_saved(alerts: Alerts, kept: Any, cause: Any) -> None:
    notes = Notes(kept.vault)
    alert = opened(alerts, cause=cause)
    delivering.deliver_alerts(alerts, [(alert.id, ["ana"])], channel="inbox", at=START)
    alerting.advance_alert(alerts, alert.id, duty_of=no_rota, at=START + DAY)
    acted = alerting.record_action(
        alerts, notes.seal, alert.reference, "other", "in words", by="ana", at=START + DAY
    )
    assert alerts.load(alert.reference) == acted
    read = alerting.read_alert(alerts, notes.unseal, alert.reference)
    assert read.actions[0].text == "in words"


def test_an_erased_note_is_none_and_the_action_remains(
    alerts: Alerts, kept: Any, mongo: Any
) -> None:
    alert = opened(alerts)
    seal = Notes(kept.vault).seal
    alerting.record_action(alerts, seal, alert.id, "other", "in words", by="ana", at=START)
    assert kept.vault.destroy(alert.case_id)
    elsewhere = Notes(runtime(mongo, NO_BUS).vault)
    (action,) = alerting.read_alert(alerts, elsewhere.unseal, alert.id).actions
    assert (action.kind, action.text) == ("other", None)


def test_an_episode_has_one_open_alert(alerts: Alerts) -> None:
    alert = opened(alerts, 1)
    with pytest.raises(AlertAlreadyRaised):
        opened(alerts, 2)
    alerting.acknowledge_alert(alerts, alert.id, by="ana", at=START)
    alerting.resolve_alert(alerts, alert.id, "opened_in_error", by="ana", at=START)
    assert opened(alerts, 2).is_open
    latest = alerts.latest(alert.case_id, alert.kind)
    assert latest is not None
    assert latest.number == 2


def test_a_resolved_alert_is_no_longer_swept(alerts: Alerts) -> None:
    alert = opened(alerts)
    assert alerts.overdue(START + STEP, 10) == [alert.id]
    alerting.acknowledge_alert(alerts, alert.id, by="ana", at=START)
    alerting.resolve_alert(alerts, alert.id, "opened_in_error", by="ana", at=START)
    assert alerts.overdue(START + 100 * DAY, 10) == []


def test_an_allocation_is_replaced_by_a_later_one_only(allocations: Allocations) -> None:
    for order in (2, 1, 3, 2):
        allocations.remember(allocated(f"worker-{order}", order))
    known = allocations.of_case(allocated().case_id)
    assert known == allocated("worker-3", 3)


def test_many_replicas_hear_one_assessment_and_raise_one_alert(
    alerts: Alerts, allocations: Allocations
) -> None:
    def hear(number: int) -> Alert | None:
        return alerting.hear_cause(
            alerts,
            allocations,
            policy_of,
            high_risk(1 + number % 3),
            id=derived_id("alert", str(number % 3)),
            reference=new_reference("A"),
            duty_of=no_rota,
            at=START,
        )

    with ThreadPoolExecutor(8) as replicas:
        found = list(replicas.map(hear, range(60)))
    assert len({alert.id for alert in found if alert}) == 1
    latest = alerts.latest(found[0].case_id, found[0].kind)
    assert latest.number == 3


def test_of_an_acknowledgement_and_an_escalation_at_once_the_alert_tells_one_story(
    alerts: Alerts,
) -> None:
    """A step may come just before the acknowledgement, never after it."""
    due = START + STEP
    for number in range(RACES):
        race_once(alerts, number, due)


def race_once(alerts: Alerts, number: int, due: Any) -> None:
    alert = opened(alerts, number + 1)
    with ThreadPoolExecutor(2) as both:
        step = both.submit(alerting.advance_alert, alerts, alert.id, duty_of=no_rota, at=due)
        alerting.acknowledge_alert(alerts, alert.id, by="ana", at=due)
        step.result()
    after = alerts.load(alert.id)
    assert after.state is State.ACKNOWLEDGED
    assert after.expires_at == due + timedelta(hours=1)
    told = [entry.what for entry in after.history]
    assert told in (["raised", "acknowledged"], ["raised", "escalated", "acknowledged"])
    alerting.resolve_alert(alerts, alert.id, "opened_in_error", by="ana", at=due)
