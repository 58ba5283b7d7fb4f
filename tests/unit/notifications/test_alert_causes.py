"""Causes as they are heard: once, twice, late, together with others, and after the end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.notifications.domain.course import State
from services.notifications.domain.errors import EpisodeContested
from services.notifications.domain.escalation import Audience, Kind
from services.notifications.usecases import alerting
from tests.unit.notifications.alert_examples import (
    CASE,
    START,
    STEP,
    Register,
    Shelf,
    allocated,
    high_risk,
    lapsed,
    no_rota,
    policy_of,
)


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def register():
    return Register()


@pytest.fixture
def hear(shelf, register):
    def hear(cause, *, at=START):
        return alerting.hear_cause(
            shelf,
            register,
            policy_of,
            cause,
            id=f"alert-{cause.kind}-{cause.number}",
            reference=f"A-{cause.number}",
            duty_of=no_rota,
            at=at,
        )

    return hear


def resolve(shelf, alert):
    alerting.acknowledge_alert(shelf, alert.id, by="ana", at=START)
    return alerting.resolve_alert(shelf, alert.id, "opened_in_error", by="ana", at=START)


def test_a_high_assessment_raises_one_alert(shelf, hear):
    alert = hear(high_risk())
    assert shelf.names() == ["AlertRaised"]
    assert (alert.severity, alert.open_key) == ("high", f"{CASE}:high_risk")


def test_a_medium_assessment_raises_none(shelf, hear):
    assert hear(high_risk(band="medium")) is None
    assert shelf.names() == []


def test_the_same_assessment_heard_again_changes_nothing(shelf, hear):
    alert = hear(high_risk())
    assert hear(high_risk()) == alert
    assert shelf.names() == ["AlertRaised"]


def test_a_newer_assessment_updates_the_open_alert(shelf, hear):
    alert = hear(high_risk(1))
    newer = hear(high_risk(2, score=16))
    assert (newer.id, newer.assessment.score) == (alert.id, 16)
    assert shelf.names() == ["AlertRaised", "AlertReassessed"]
    assert newer.next_step_at == alert.next_step_at


def test_a_band_that_falls_never_closes_the_alert(hear):
    hear(high_risk(1))
    fallen = hear(high_risk(2, band="medium"))
    assert fallen.is_open
    assert (fallen.severity, fallen.assessment.band) == ("high", "medium")


def test_an_older_assessment_is_ignored(shelf, hear):
    newer = hear(high_risk(2))
    assert hear(high_risk(1, worsened=True)) == newer
    assert shelf.names() == ["AlertRaised"]


def test_a_worsening_breaks_through_an_acknowledgement(shelf, hear):
    alert = hear(high_risk(1))
    alerting.acknowledge_alert(shelf, alert.id, by="ana", at=START)
    worse = hear(high_risk(2, worsened=True), at=START + STEP)
    assert (worse.state, worse.level, worse.responder_id) == (State.RAISED, 0, None)
    assert worse.next_step_at == START + 2 * STEP
    assert worse.since == START + STEP
    assert "ana" in worse.audience.account_ids


def test_an_assessment_that_is_no_worse_leaves_the_acknowledgement(shelf, hear):
    alert = hear(high_risk(1))
    taken = alerting.acknowledge_alert(shelf, alert.id, by="ana", at=START)
    newer = hear(high_risk(2))
    assert (newer.state, newer.next_step_at) == (State.ACKNOWLEDGED, taken.next_step_at)


@pytest.mark.parametrize(
    "worse",
    [
        {"score": 16},
        {"grounds": ("visible_high_risk", "repeat")},
        {"cues": ("stalking", "strangulation")},
    ],
)
def test_a_worsening_in_an_assessment_that_was_missed_breaks_through(shelf, hear, worse):
    alert = hear(high_risk(1))
    alerting.acknowledge_alert(shelf, alert.id, by="ana", at=START)
    assert hear(high_risk(3, **worse)).state is State.RAISED


def test_a_missed_assessment_that_left_nothing_worse_does_not_break_through(shelf, hear):
    alert = hear(high_risk(1))
    alerting.acknowledge_alert(shelf, alert.id, by="ana", at=START)
    assert hear(high_risk(3)).state is State.ACKNOWLEDGED


def test_an_assessment_heard_again_after_the_end_raises_nothing(shelf, hear):
    ended = resolve(shelf, hear(high_risk(2)))
    assert hear(high_risk(2)) == ended
    assert hear(high_risk(1)) == ended
    assert shelf.names().count("AlertRaised") == 1


def test_a_later_high_assessment_begins_a_new_episode(shelf, hear):
    ended = resolve(shelf, hear(high_risk(1)))
    assert hear(high_risk(2)).id != ended.id
    assert shelf.names().count("AlertRaised") == 2


def test_two_assessments_at_once_end_in_one_alert(shelf, hear):
    def other_replica():
        shelf.before_create = lambda: None
        hear(high_risk(1))

    shelf.before_create = other_replica
    alert = hear(high_risk(2))
    assert (alert.id, alert.number) == ("alert-high_risk-1", 2)
    assert len(shelf.kept) == 1


def test_an_alert_resolved_while_a_newer_assessment_is_heard_is_followed_by_a_new_one(shelf, hear):
    alert = hear(high_risk(1))
    look_up = shelf.latest

    def stale_once(*_):
        shelf.latest = look_up
        resolve(shelf, alert)
        return alert

    shelf.latest = stale_once
    assert hear(high_risk(2)).id == "alert-high_risk-2"


def test_an_episode_that_others_keep_changing_is_heard_again_later(shelf, hear):
    hear(high_risk(1))
    shelf.latest = lambda *_: None
    with pytest.raises(EpisodeContested):
        hear(high_risk(2))


def test_missed_sessions_raise_an_engagement_alert_beside_high_risk(shelf, hear):
    hear(high_risk(7))
    alert = hear(lapsed(1))
    assert (alert.kind, alert.severity) == (Kind.ENGAGEMENT, "medium")
    assert shelf.names() == ["AlertRaised", "AlertRaised"]


def test_further_missed_sessions_update_the_engagement_alert(hear):
    hear(lapsed(1))
    newer = hear(lapsed(9, missed=4))
    assert (newer.id, newer.facts.missed_in_a_row) == ("alert-engagement-1", 4)
    assert newer.state is State.RAISED


def test_an_engagement_alert_that_becomes_high_breaks_through(shelf, hear):
    alert = hear(lapsed(1))
    alerting.acknowledge_alert(shelf, alert.id, by="ana", at=START)
    worse = hear(lapsed(2, severity="high"))
    assert (worse.state, worse.severity) == (State.RAISED, "high")


def test_missed_sessions_heard_again_after_the_end_raise_nothing(shelf, hear):
    ended = resolve(shelf, hear(lapsed(4)))
    assert hear(lapsed(4)) == ended


def test_an_allocation_heard_before_the_alert_is_its_first_audience(shelf, register, hear):
    alerting.remember_allocation(shelf, register, allocated("worker-1"), at=START)
    assert hear(high_risk()).audience == Audience((), ("worker-1",))


def test_an_allocation_heard_after_the_alert_joins_its_audience(shelf, register, hear):
    alert = hear(high_risk())
    alerting.remember_allocation(shelf, register, allocated("worker-1"), at=START)
    assert shelf.load(alert.id).audience == Audience(("practitioner",), ("worker-1",))


def test_an_allocation_heard_while_the_alert_is_raised_joins_its_audience(shelf, register, hear):
    alert = hear(high_risk())
    register.remember(allocated("worker-1"))
    alerting.follow_allocation(shelf, register, alert, at=START)
    alerting.follow_allocation(shelf, register, shelf.load(alert.id), at=START)
    assert shelf.load(alert.id).practitioner_id == "worker-1"
    assert shelf.names() == ["AlertRaised", "AlertEscalated"]


def test_the_later_of_two_allocations_stands_in_whatever_order_they_are_heard(shelf, register):
    for order in (2, 1, 3):
        known = allocated(f"worker-{order}", order)
        alerting.remember_allocation(shelf, register, known, at=START)
    assert register.of_case(CASE).practitioner_id == "worker-3"


def test_a_closed_case_has_no_practitioner_and_no_engagement_alert(shelf, register, hear):
    alerting.remember_allocation(shelf, register, allocated("worker-1", order=1), at=START)
    high, engagement = hear(high_risk()), hear(lapsed())
    alerting.close_case(shelf, register, allocated(None, order=2), by="ana", at=START)
    assert register.of_case(CASE).practitioner_id is None
    assert shelf.load(high.id).is_open
    assert not shelf.load(engagement.id).is_open


def test_a_closing_heard_after_the_lapse_that_followed_it_leaves_its_alert_open(
    shelf, register, hear
):
    engagement = hear(lapsed(7))
    alerting.close_case(shelf, register, allocated(None, order=5), by="ana", at=START)
    assert shelf.load(engagement.id).is_open


@pytest.mark.parametrize("orders", [(5, 8), (8, 5)])
def test_missed_sessions_of_before_a_closing_raise_nothing_once_the_case_is_open_again(
    shelf, register, hear, orders
):
    for order in orders:
        if order == 5:
            alerting.close_case(shelf, register, allocated(None, order=5), by="ana", at=START)
        else:
            known = allocated("worker-1", order=8)
            alerting.remember_allocation(shelf, register, known, at=START)
    assert hear(lapsed(4)) is None
    assert hear(lapsed(9)).is_open


def test_missed_sessions_heard_after_the_closing_that_followed_them_raise_nothing(
    shelf, register, hear
):
    alerting.close_case(shelf, register, allocated(None, order=5), by="ana", at=START)
    assert hear(lapsed(4)) is None
    assert hear(lapsed(6)).is_open
    assert hear(high_risk(1)).is_open


def test_a_note_is_sealed_with_the_key_of_the_case_and_opened_for_a_reader(shelf, hear):
    alert = hear(high_risk())
    acted = alerting.record_action(
        shelf,
        lambda case_id, text: (case_id, text[::-1]),
        alert.id,
        "other",
        "called",
        by="ana",
        at=START,
    )
    assert acted.actions[0].note == (CASE, "dellac")
    assert acted.actions[0].text is None
    read = alerting.read_alert(shelf, lambda sealed: sealed[1][::-1], alert.id)
    assert read.actions[0].text == "called"


def test_a_stranded_alert_is_given_a_step_and_any_other_is_left_alone(shelf, hear):
    alert = hear(high_risk())
    assert alerting.restore_step(shelf, alert.id, at=START) == alert
    shelf.kept[alert.id] = replace(alert, next_step_at=None)
    restored = alerting.restore_step(shelf, alert.id, at=START)
    assert (restored.next_step_at, restored.event) == (START, "alert_raised")
    assert alerting.advance_alert(shelf, alert.id, duty_of=no_rota, at=START).level == 1
