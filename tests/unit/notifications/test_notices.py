"""What is sent to whom, when it is tried again, and when it is no longer sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.ids import derived_id
from services.chassis.metrics import Metrics
from services.notifications.domain.model import Alert
from services.notifications.domain.notices import (
    ANSWER_WITHIN,
    GIVES_UP_AFTER,
    WAITS,
    Notice,
    Stage,
    planned,
)
from services.notifications.domain.responders import (
    Channel,
    Medium,
    Method,
    Preferences,
    Responder,
)
from services.notifications.tally.alerts import Messages
from tests.unit.notifications.alert_examples import POLICIES, START, allocated, high_risk, lapsed

SECOND = timedelta(seconds=1)
ANA = Responder(
    id="ana",
    display_name="Ana",
    role="practitioner",
    areas=("london-rbkc",),
    methods=(
        Method("m1", Channel.EMAIL, "ana@example.org"),
        Method("m2", Channel.SMS, "+447700900001"),
    ),
)
LONDON = ZoneInfo("Europe/London")


def alert(cause: object = None) -> Alert:
    cause = cause or high_risk()
    raised, _ = Alert.open(
        cause,
        id="alert-1",
        reference="A-7F3K-9QX2",
        policy=POLICIES.of(cause.kind),
        allocation=None,
        at=START,
    )
    return raised


def notices(person: Responder = ANA, of: Alert | None = None) -> list[Notice]:
    return planned(of or alert(), [person], Channel, derived_id, at=START)


def test_the_first_notices_of_an_alert_know_since_when_she_has_waited() -> None:
    first = alert()
    later, _ = first.advance(at=first.next_step_at or START)
    assert {each.caused_at for each in notices()} == {first.source_at}
    assert {each.caused_at for each in notices(of=later)} == {None}


def test_a_first_notice_is_timed_from_its_cause_and_every_notice_from_its_call() -> None:
    metrics = Metrics("notifications")
    messages, (first, *_) = Messages(metrics), notices()
    for each in (first, replace(first, caused_at=None)):
        messages.count(each.sent("p1", at=START + 3 * SECOND)[0])
    prefix, labels = "casework_notifications", {"channel": "email"}
    taken = (START + 3 * SECOND - alert().source_at).total_seconds()
    value = metrics.registry.get_sample_value
    assert value(f"{prefix}_submit_to_notice_seconds_sum", labels) == taken
    assert value(f"{prefix}_submit_to_notice_seconds_count", labels) == 1
    assert value(f"{prefix}_notice_seconds_count", labels) == 2


def test_high_risk_goes_to_every_address_at_once() -> None:
    made = notices()
    assert [(notice.channel, notice.stage) for notice in made] == [
        (Channel.EMAIL, Stage.SENDING),
        (Channel.SMS, Stage.SENDING),
    ]
    assert len({notice.id for notice in made}) == 2
    assert {notice.purpose for notice in made} == {"raised"}


@given(
    st.builds(Preferences, st.sampled_from(Medium), digest_at=st.times(), quiet_from=st.times()),
    st.datetimes(datetime(2024, 1, 1), datetime(2027, 1, 1)),
)
def test_high_risk_ignores_every_preference(preferences: Preferences, naive: datetime) -> None:
    at = naive.replace(tzinfo=START.tzinfo)
    made = planned(alert(), [replace(ANA, preferences=preferences)], Channel, derived_id, at=at)
    assert [(notice.stage, notice.due_at) for notice in made] == [
        (Stage.SENDING, at + ANSWER_WITHIN)
    ] * 2


@pytest.mark.parametrize(
    ("medium", "stages"),
    [
        (Medium.AT_ONCE, [Stage.SENDING] * 2),
        (Medium.DIGEST, [Stage.WAITING] * 2),
        (Medium.NEVER, []),
    ],
)
def test_other_matters_go_as_each_person_prefers(medium: Medium, stages: list[Stage]) -> None:
    person = replace(ANA, preferences=Preferences(medium))
    assert [notice.stage for notice in notices(person, alert(lapsed()))] == stages


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (time(12), time(12)),
        (time(19, 59), time(19, 59)),
        (time(20), time(8)),
        (time(2, 30), time(8)),
        (time(8), time(8)),
    ],
)
def test_quiet_hours_hold_other_matters_until_they_end(now: time, until: time) -> None:
    moment = datetime(2025, 3, 4, now.hour, now.minute, tzinfo=LONDON)
    wanted = Preferences().send_at(moment)
    assert wanted is not None
    assert wanted.time() == until
    assert moment <= wanted < moment + timedelta(days=1)


def test_a_digest_is_at_the_same_local_time_when_the_clocks_change() -> None:
    before = datetime(2025, 3, 29, 9, tzinfo=LONDON)
    wanted = Preferences(Medium.DIGEST, digest_at=time(8)).send_at(before)
    assert wanted == datetime(2025, 3, 30, 8, tzinfo=LONDON)
    assert wanted.utcoffset() == timedelta(hours=1)


def test_what_failed_is_tried_again_with_growing_waits_and_then_given_up() -> None:
    notice, waits = notices()[0], []
    while not notice.is_over:
        notice, _ = notice.failed("timeout", for_good=False, at=START)
        waits += [] if notice.due_at is None else [(notice.due_at - START).total_seconds()]
    assert waits == list(WAITS)
    assert (notice.stage, notice.fault) == (Stage.FAILED, "timeout")


def test_what_cannot_succeed_is_not_tried_again() -> None:
    notice, _ = notices()[0].failed("refused", for_good=True, at=START)
    assert (notice.stage, notice.due_at, notice.attempts) == (Stage.FAILED, None, 1)


def test_a_slow_provider_is_late_before_it_is_asked_again() -> None:
    notice = notices()[0]
    early, _ = notice.taken(at=START + ANSWER_WITHIN - SECOND)
    assert early is notice
    late, _ = notice.taken(at=START + ANSWER_WITHIN)
    assert late.stage is Stage.LATE
    again, _ = late.taken(at=START + ANSWER_WITHIN + GIVES_UP_AFTER)
    assert (again.stage, again.attempts, again.fault) == (Stage.WAITING, 1, "no_answer")


def test_what_was_sent_late_is_sent() -> None:
    late, _ = notices()[0].taken(at=START + ANSWER_WITHIN)
    sent, _ = late.sent("id-1", at=START + 6 * SECOND)
    assert (sent.stage, sent.due_at, sent.provider_id) == (Stage.SENT, None, "id-1")
    assert sent.cancelled() == (sent, ())


def test_an_answer_and_a_later_call_end_a_call() -> None:
    raised = alert()
    assert raised.still_makes(1)
    taken, _ = raised.acknowledge(by="ana", at=START)
    assert not taken.still_makes(1)
    stepped, _ = raised.advance(at=START + timedelta(minutes=5))
    assert (stepped.still_makes(1), stepped.still_makes(2)) == (False, True)
    expired, _ = taken.advance(at=START + timedelta(hours=1))
    assert expired.still_makes(2)


def test_a_reminder_of_an_action_calls_until_the_next_action() -> None:
    acted, _ = alert().record_action("police", note=None, by="ana", at=START)
    reminded, _ = acted.advance(at=START + timedelta(days=1))
    assert reminded.still_makes(2)
    assert not reminded.record_action("contacted", note=None, by="ana", at=START)[0].still_makes(2)


def test_who_hands_over_has_it_no_more_and_the_colleague_is_called() -> None:
    taken, _ = alert().acknowledge(by="ana", at=START)
    handed, said = taken.hand_over("eva", by="ana", at=START)
    assert (handed.responder_id, handed.is_waiting, handed.still_makes(2)) == (None, True, True)
    assert "eva" in handed.audience.account_ids
    assert handed.next_step_at == START + timedelta(minutes=5)
    assert [event.reason for event in said] == ["handed_over"]


def test_channels_that_this_installation_does_not_have_are_passed_over() -> None:
    made = planned(alert(), [ANA], {Channel.SMS}, derived_id, at=START)
    assert [notice.channel for notice in made] == [Channel.SMS]


def test_who_is_given_the_case_after_another_hears_it_for_the_first_time() -> None:
    given, _ = alert().allocate(allocated("eva", order=7), at=START)
    again, _ = given.allocate(allocated("ana", order=8), at=START)
    assert "ana" in again.audience.account_ids
    assert not planned(again, [ANA], Channel, derived_id, at=START)[0].is_repeat


def test_what_an_alert_says_again_on_the_same_level_is_a_repeat() -> None:
    stepped, repeats = alert(), []
    for minutes in (5, 10, 15, 30, 45):
        stepped, _ = stepped.advance(at=START + timedelta(minutes=minutes))
        repeats += [planned(stepped, [ANA], Channel, derived_id, at=START)[0].is_repeat]
    assert repeats == [False, False, False, True, True]


def test_what_is_held_waits() -> None:
    held, _ = notices()[0].held(START + timedelta(hours=1))
    assert (held.stage, held.due_at) == (Stage.WAITING, START + timedelta(hours=1))
    assert held.taken(at=START)[0] is held
