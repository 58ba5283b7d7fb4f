"""The ladder: who is told when, and that it has no end where it may have none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.notifications.domain.errors import PolicyEnds, PolicyUnordered
from services.notifications.domain.escalation import Audience, Policies, Tells
from services.notifications.domain.model import Alert
from tests.unit.notifications.alert_examples import (
    DAY,
    HOUR,
    POLICIES,
    REPEAT,
    START,
    STEP,
    allocated,
    high_risk,
    lapsed,
    raised,
)


def climbed(alert: Alert, levels: int) -> Alert:
    """Return the alert after it took so many steps, each when it was due."""
    for _ in range(levels):
        assert alert.next_step_at is not None
        alert, events = alert.advance(at=alert.next_step_at)
        assert [type(event).__name__ for event in events] == ["AlertEscalated"]
    return alert


def test_an_alert_of_an_unallocated_case_is_told_to_the_practitioners_of_the_area():
    assert raised().audience == Audience(roles=("practitioner",))


def test_an_alert_of_an_allocated_case_is_told_to_its_practitioner():
    assert raised(allocation=allocated("worker-1")).audience == Audience((), ("worker-1",))


def test_an_unacknowledged_alert_is_first_told_again_to_the_same_people():
    again = climbed(raised(), 1)
    assert (again.level, again.audience) == (1, raised().audience)
    assert again.history[-1].at == START + STEP


def test_an_unacknowledged_alert_goes_to_the_manager():
    assert climbed(raised(), 2).audience.roles == ("practitioner", "manager")


def test_after_the_manager_it_goes_to_the_duty_manager():
    top = climbed(raised(), 3)
    assert top.audience.roles == ("practitioner", "manager", "duty_manager")
    assert top.next_step_at == START + 3 * STEP + REPEAT


def test_the_last_rung_is_told_again_without_end():
    top = climbed(raised(), 3)
    later = climbed(top, 500)
    assert later.level == top.level
    assert later.next_step_at == START + 3 * STEP + 501 * REPEAT


def test_repeats_of_the_last_rung_share_one_entry_of_the_history():
    later = climbed(raised(), 503)
    assert len(later.history) == len(climbed(raised(), 3).history)
    assert later.history[-1].times == 501
    assert later.history[-1].last_at == START + 3 * STEP + 500 * REPEAT


def test_a_history_stays_short_however_often_a_channel_fails_and_people_keep_their_entries():
    alert, at, acknowledged = climbed(raised(), 3), START + 3 * STEP, 0
    for number in range(2, 2_002):
        at = max(at, alert.next_step_at)
        alert, _ = alert.fail_delivery(to=f"person-{number % 7}", channel="inbox", at=at)
        alert, _ = alert.advance(at=at)
        alert, _ = alert.reassess(high_risk(number), at=at)
        if number % 100 == 0:
            alert, _ = alert.acknowledge(by="ana", at=at)
            acknowledged += 1
    whats = [entry.what for entry in alert.history]
    assert len(whats) < 400
    assert whats.count("acknowledged") == acknowledged
    assert (whats[0], alert.history[-1].last_at) == ("raised", at)
    told = sum(entry.times for entry in alert.history if entry.what == "reassessed")
    assert told == 2_000
    assert alert.event == "alert_reassessed"


def test_nothing_happens_before_its_time():
    alert = raised()
    assert alert.advance(at=START + STEP - timedelta(milliseconds=1)) == (alert, ())


def test_time_in_which_nothing_ran_counts_as_waiting():
    late, events = raised().advance(at=START + 3 * STEP)
    assert late.level == 3
    assert late.audience.roles == ("practitioner", "manager", "duty_manager")
    assert len(events) == 1


def test_missed_repeats_are_made_up_for_by_one():
    at = START + 10 * DAY
    late, events = raised().advance(at=at)
    assert len(events) == 1
    assert late.next_step_at == at + REPEAT


def test_an_engagement_alert_takes_one_step_to_the_manager_and_rests():
    told = climbed(raised(lapsed()), 1)
    assert told.audience.roles == ("practitioner", "manager")
    assert told.next_step_at is None
    assert not told.is_stranded


def test_a_high_risk_policy_that_ends_is_refused():
    for open_end in ("repeat_every", "unresolved_after"):
        with pytest.raises(PolicyEnds):
            Policies(replace(POLICIES.high_risk, **{open_end: None}), POLICIES.other)


@pytest.mark.parametrize(
    "fault",
    [
        {"rungs": ()},
        {"acknowledgement_lasts": timedelta(0)},
        {"repeat_every": -HOUR},
        {"unresolved_after": timedelta(0)},
    ],
)
def test_a_policy_without_rungs_or_with_no_wait_is_refused(fault):
    with pytest.raises(PolicyUnordered):
        replace(POLICIES.high_risk, **fault)


def test_an_audience_only_grows_and_names_each_once():
    audience = Audience().told(Tells.RESPONDERS, "worker-1").told(Tells.RESPONDERS, "worker-1")
    audience = audience.told(Tells.MANAGER, "worker-1").told(Tells.MANAGER, None)
    assert audience == Audience(("manager",), ("worker-1",))
