"""What is said and shown of alerts: contract events, JSON, settings and figures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from environs import Env
from marshmallow import ValidationError

from services.chassis.metrics import Metrics
from services.chassis.settings import BadSettings
from services.contracts.catalogue import CONTRACTS, write
from services.notifications.announcements import NAMES, announce, announce_nothing
from services.notifications.domain import events
from services.notifications.schemas.alerts import AlertView, RecordAction
from services.notifications.settings import read_policies
from services.notifications.tally import Tally
from tests.unit.notifications.alert_examples import (
    DAY,
    HOUR,
    POLICIES,
    START,
    STEP,
    allocated,
    high_risk,
    lapsed,
    raised,
)

SOON = START + timedelta(seconds=20)


def said(decision):
    alert, told = decision
    return [write(announce(alert, event)) for event in told]


def test_every_event_of_the_domain_has_a_contract_of_its_own():
    contracts = {one.type for one in CONTRACTS if one.publisher == "notifications"}
    assert set(NAMES.values()) == contracts - {"drill_raised"}
    known = {one.__name__ for one in events.AlertEvent.__subclasses__()}
    assert {one.__name__ for one in NAMES} == known


@pytest.mark.parametrize("cause", [high_risk(), lapsed()])
def test_every_event_of_an_alert_fits_its_contract(cause):
    alert = raised(cause, allocated())
    acted = alert.record_action("police", note=None, by="ana", at=SOON)
    written = [
        announce(alert, events.AlertRaised(START, alert.state, 0)),
        announce(alert, alert.reassess(high_risk(2, worsened=True), at=SOON)[1][0]),
        announce(alert, alert.deliver(to="ana", channel="inbox", at=SOON)[1][0]),
    ]
    assert [write(each)["alert_id"] for each in written] == [alert.id] * 3
    assert [told["state"] for told in said(acted)] == ["acknowledged", "actioned"]
    assert said(alert.advance(at=START + DAY))[0]["reason"] == "not_acknowledged"
    assert said(acted[0].resolve("marac", by="ana", at=SOON))[0]["outcome"] == "marac"
    assert len(said(alert.fail_delivery(to="ana", channel="inbox", at=SOON))) == 2


def test_an_event_says_whom_to_call_and_when_the_cause_was_accepted():
    alert = raised(allocation=allocated("worker-1"))
    told = write(announce(alert, events.AlertRaised(START, alert.state, 0)))
    assert told["audience"] == {"roles": [], "account_ids": ["worker-1"]}
    assert told["source_at"] == alert.source_at.isoformat()
    assert (told["assessment_id"], told["score"]) == ("assessment-1", 15)


def test_an_allocation_is_not_said_again():
    with pytest.raises(TypeError):
        announce_nothing(allocated(), object())


def test_an_alert_is_shown_with_its_assessment_beside_it():
    taken, _ = raised().acknowledge(by="ana", at=SOON)
    shown = AlertView().dump(taken)
    assert (shown["score"], shown["score_max_if_unknown"], shown["band"]) == (15, 19, "high")
    assert (shown["event"], shown["changed_at"]) == ("alert_acknowledged", SOON.isoformat())
    assert (shown["expires_at"], shown["top_level"]) == ((SOON + HOUR).isoformat(), 3)
    assert (shown["missed_in_a_row"], shown["grounds"]) == (None, ["visible_high_risk"])


def test_an_engagement_alert_is_shown_without_a_score():
    shown = AlertView().dump(raised(lapsed()))
    assert (shown["missed_in_a_row"], shown["score"], shown["cues"]) == (3, None, [])


def test_a_sealed_note_is_not_shown():
    acted, _ = raised().record_action("other", note=b"sealed", by="ana", at=SOON)
    (action,) = AlertView().dump(acted)["actions"]
    assert (action["has_note"], action["note"]) == (True, None)


@pytest.mark.parametrize(
    ("body", "at_fault"),
    [
        ({"kind": "other"}, "note"),
        ({"kind": "other", "note": " \n "}, "note"),
        ({"kind": "police", "note": "x" * 4001}, "note"),
        ({"kind": "wait"}, "kind"),
        ({"kind": "police", "by": "bea"}, "by"),
    ],
)
def test_an_action_that_says_too_little_or_too_much_is_refused(body, at_fault):
    with pytest.raises(ValidationError) as refusal:
        RecordAction().load(body)
    assert set(refusal.value.messages) == {at_fault}


def test_a_note_may_have_several_lines():
    note = "Called.\nNo answer."
    assert RecordAction().load({"kind": "other", "note": note})["note"] == note


def test_the_waits_are_those_of_the_product_unless_set():
    assert read_policies(Env()) == POLICIES


def test_each_wait_can_be_set(monkeypatch):
    monkeypatch.setenv("ALERT_STEP_AFTER_S", "0.5")
    assert read_policies(Env()).high_risk.rungs[1].after == timedelta(seconds=0.5)


@pytest.mark.parametrize("wrong", ["0", "-1", "soon"])
def test_a_wait_that_is_none_is_refused(monkeypatch, wrong):
    monkeypatch.setenv("ALERT_REPEAT_EVERY_S", wrong)
    with pytest.raises(BadSettings):
        read_policies(Env())


def figures(tally_of):
    metrics = Metrics("notifications")
    tally_of(Tally(metrics, lambda: START + timedelta(seconds=2)))
    return metrics.registry.get_sample_value


def test_what_is_saved_is_counted_by_kind_and_level():
    def happenings(tally):
        alert = raised()
        tally.count(alert, [events.AlertRaised(START, alert.state, 0)])
        tally.count(*alert.advance(at=START + STEP))
        tally.count(*alert.acknowledge(by="ana", at=SOON))

    value = figures(happenings)
    prefix = "casework_notifications"
    assert value(f"{prefix}_raised_total", {"kind": "high_risk"}) == 1
    labels = {"kind": "high_risk", "level": "1", "reason": "not_acknowledged"}
    assert value(f"{prefix}_escalated_total", labels) == 1
    assert value(f"{prefix}_acknowledged_total", {"kind": "high_risk", "level": "0"}) == 1
    assert value(f"{prefix}_submit_to_alert_seconds_sum") == 3
    assert value(f"{prefix}_time_to_acknowledge_seconds_sum", {"kind": "high_risk"}) == 20


def test_the_open_alerts_are_measured():
    waiting = raised()
    taken, _ = raised(high_risk(2)).acknowledge(by="ana", at=SOON)
    value = figures(lambda tally: tally.measure([waiting, taken], 2, START + 3 * STEP))
    labels = {"kind": "high_risk", "state": "raised", "level": "0"}
    assert value("casework_notifications_open_alerts", labels) == 1
    assert value("casework_notifications_oldest_unacknowledged_seconds") == 900
    assert value("casework_notifications_step_overdue_seconds") == 600


def test_with_nothing_open_every_age_is_nought():
    value = figures(lambda tally: tally.measure([], 0, START))
    assert value("casework_notifications_oldest_unacknowledged_seconds") == 0
    assert value("casework_notifications_step_overdue_seconds") == 0
