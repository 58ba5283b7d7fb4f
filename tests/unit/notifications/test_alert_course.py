"""The course of one alert: delivered, acknowledged, acted upon, resolved, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifications.domain import errors
from services.notifications.domain.course import State
from services.notifications.domain.model import Alert
from tests.unit.notifications.alert_examples import (
    DAY,
    HOUR,
    START,
    STEP,
    allocated,
    lapsed,
    raised,
)

NOON = START + timedelta(hours=3)
SOON = START + timedelta(minutes=1)


def names(events):
    return [type(event).__name__ for event in events]


def acknowledged(by: str = "ana") -> Alert:
    return raised().acknowledge(by=by, at=SOON)[0]


def actioned() -> Alert:
    return acknowledged().record_action("contacted", note=None, by="ana", at=SOON)[0]


def test_the_first_delivery_is_told():
    shown, events = raised().deliver(to="ana", channel="inbox", at=SOON)
    assert shown.state is State.DELIVERED
    assert names(events) == ["AlertDelivered"]


def test_a_delivery_does_not_stop_the_steps():
    shown, _ = raised().deliver(to="ana", channel="inbox", at=SOON)
    assert shown.next_step_at == START + STEP


def test_later_deliveries_leave_a_receipt_only():
    first, _ = raised().deliver(to="ana", channel="inbox", at=SOON)
    second, events = first.deliver(to="bea", channel="inbox", at=SOON)
    assert [receipt.person_id for receipt in second.deliveries] == ["ana", "bea"]
    assert names(events) == []
    assert second.deliver(to="bea", channel="inbox", at=NOON) == (second, ())


def test_an_alert_raised_again_is_delivered_again():
    shown, _ = raised().deliver(to="ana", channel="inbox", at=SOON)
    taken, _ = shown.acknowledge(by="ana", at=SOON)
    again, _ = taken.advance(at=SOON + HOUR)
    shown_again, events = again.deliver(to="ana", channel="inbox", at=NOON)
    assert names(events) == ["AlertDelivered"]
    assert [receipt.at for receipt in shown_again.deliveries] == [NOON]


def test_a_delivery_that_failed_tells_the_next_rung_at_once():
    failed, events = raised().fail_delivery(to="ana", channel="inbox", at=SOON)
    assert names(events) == ["AlertDeliveryFailed", "AlertEscalated"]
    assert (failed.level, failed.next_step_at) == (1, SOON + STEP)
    assert events[1].reason == "delivery_failed"


def test_a_delivery_that_failed_is_only_noted_while_others_of_its_call_may_be_reached():
    failed, events = raised().fail_delivery(to="ana", channel="email", is_last=False, at=SOON)
    assert names(events) == ["AlertDeliveryFailed"]
    assert (failed.level, failed.next_step_at) == (0, raised().next_step_at)


def test_a_delivery_that_failed_is_only_noted_once_somebody_was_reached():
    shown, _ = raised().deliver(to="bea", channel="inbox", at=SOON)
    failed, events = shown.fail_delivery(to="ana", channel="inbox", at=SOON)
    assert names(events) == ["AlertDeliveryFailed"]
    assert (failed.level, failed.next_step_at) == (shown.level, shown.next_step_at)


def test_a_channel_that_keeps_failing_is_not_asked_without_a_pause():
    alert = raised()
    for _ in range(alert.policy.top):
        alert, _ = alert.fail_delivery(to="ana", channel="inbox", at=SOON)
    top, events = alert.fail_delivery(to="ana", channel="inbox", at=NOON)
    assert names(events) == ["AlertDeliveryFailed"]
    assert top.next_step_at == alert.next_step_at


def test_a_failed_delivery_of_an_acknowledged_alert_changes_nothing():
    taken = acknowledged()
    assert taken.fail_delivery(to="bea", channel="inbox", at=NOON) == (taken, ())


def test_an_acknowledgement_stops_the_steps_until_it_expires():
    taken = acknowledged()
    assert taken.expires_at == SOON + HOUR
    assert taken.advance(at=SOON + HOUR - timedelta(seconds=1)) == (taken, ())


def test_the_same_person_acknowledges_again_without_gaining_time():
    taken = acknowledged("ana")
    assert taken.acknowledge(by="ana", at=NOON) == (taken, ())


def test_a_second_person_is_told_who_has_it():
    with pytest.raises(errors.AlertAlreadyAcknowledged, match="ana") as refusal:
        acknowledged("ana").acknowledge(by="bea", at=NOON)
    assert (refusal.value.responder_id, refusal.value.at) == ("ana", SOON)


def test_an_acknowledgement_without_action_expires_one_rung_up():
    again, events = acknowledged().advance(at=SOON + HOUR)
    assert (again.state, again.level, again.responder_id) == (State.RAISED, 1, None)
    assert [event.reason for event in events] == ["acknowledgement_expired"]
    assert again.next_step_at == SOON + HOUR + STEP


def test_after_an_expiry_anybody_may_acknowledge():
    again, _ = acknowledged("ana").advance(at=SOON + HOUR)
    assert again.acknowledge(by="bea", at=NOON)[0].responder_id == "bea"


def test_whoever_acknowledges_keeps_the_alert_in_her_inbox():
    assert "ana" in acknowledged("ana").audience.account_ids


def test_an_action_stops_the_expiry():
    acted = actioned()
    assert acted.state is State.ACTIONED
    assert acted.advance(at=SOON + HOUR) == (acted, ())


def test_an_actioned_alert_comes_back_each_day_until_it_is_resolved():
    acted = actioned()
    reminded, events = acted.advance(at=SOON + DAY)
    assert [event.reason for event in events] == ["not_resolved"]
    assert reminded.state is State.ACTIONED
    assert "manager" in reminded.audience.roles
    assert reminded.next_step_at == SOON + 2 * DAY


def test_who_acts_on_a_waiting_alert_has_it():
    acted, events = raised().record_action("police", note=None, by="bea", at=SOON)
    assert names(events) == ["AlertAcknowledged", "AlertActioned"]
    assert (acted.state, acted.responder_id) == (State.ACTIONED, "bea")
    assert [event.state for event in events] == ["acknowledged", "actioned"]


def test_another_person_may_act_on_an_acknowledged_alert():
    acted, _ = acknowledged("ana").record_action("police", note=None, by="bea", at=SOON)
    assert (acted.responder_id, acted.actions[0].by) == ("ana", "bea")


def test_an_action_outside_the_list_needs_a_note():
    with pytest.raises(errors.ActionNeedsNote):
        acknowledged().record_action("other", note=None, by="ana", at=SOON)
    acted, _ = acknowledged().record_action("other", note=b"sealed", by="ana", at=SOON)
    assert acted.actions[0].has_note


def test_an_alert_that_nobody_has_taken_on_cannot_be_resolved():
    with pytest.raises(errors.AlertNotAcknowledged):
        raised().resolve("opened_in_error", by="ana", at=SOON)


def test_an_outcome_that_claims_a_deed_needs_one_on_record():
    with pytest.raises(errors.AlertWithoutAction):
        acknowledged().resolve("made_safer", by="ana", at=SOON)
    assert not actioned().resolve("made_safer", by="ana", at=SOON)[0].is_open


def test_an_alert_opened_in_error_needs_no_action():
    ended, events = acknowledged().resolve("opened_in_error", by="bea", at=NOON)
    assert names(events) == ["AlertResolved"]
    assert (ended.history[-1].by, ended.history[-1].at) == ("bea", NOON)


def test_a_resolved_alert_has_no_further_step_and_no_episode():
    ended, _ = actioned().resolve("marac", by="ana", at=NOON)
    assert (ended.next_step_at, ended.open_key) == (None, None)


def test_resolved_is_final():
    ended, _ = actioned().resolve("marac", by="ana", at=NOON)
    assert ended.resolve("marac", by="ana", at=NOON) == (ended, ())
    for attempt in (
        lambda: ended.acknowledge(by="ana", at=NOON),
        lambda: ended.record_action("police", note=None, by="ana", at=NOON),
        lambda: ended.resolve("police_action", by="ana", at=NOON),
        lambda: ended.resolve("marac", by="bea", at=NOON),
    ):
        with pytest.raises(errors.AlertAlreadyResolved):
            attempt()
    assert ended.deliver(to="bea", channel="inbox", at=NOON) == (ended, ())
    assert ended.allocate(allocated("bea", order=9), at=NOON) == (ended, ())


def test_an_allocation_tells_the_practitioner_of_a_waiting_alert_at_once():
    told, events = raised().allocate(allocated("worker-2"), at=SOON)
    assert "worker-2" in told.audience.account_ids
    assert [event.reason for event in events] == ["case_allocated"]
    assert (told.level, told.next_step_at) == (0, START + STEP)


def test_an_allocation_of_an_acknowledged_alert_tells_nobody_anew():
    told, events = acknowledged().allocate(allocated("worker-2"), at=SOON)
    assert "worker-2" in told.audience.account_ids
    assert names(events) == []


def test_an_earlier_allocation_that_is_heard_late_changes_nothing():
    alert = raised(allocation=allocated("worker-2", order=5))
    assert alert.allocate(allocated("worker-1", order=4), at=SOON) == (alert, ())


def test_closing_a_case_ends_its_engagement_alert_by_name_and_leaves_high_risk_open():
    ended, events = raised(lapsed()).settle(by="ana", at=NOON)
    assert names(events) == ["AlertResolved"]
    assert ended.history[-1].by == "ana"
    assert raised().settle(by="ana", at=NOON) == (raised(), ())
