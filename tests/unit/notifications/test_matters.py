"""What a case waits for: when it is told, that it is told once, and that it ends by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.settings import BadSettings
from services.notifications.domain.escalation import Audience, Kind
from services.notifications.domain.matters import MATTERS
from services.notifications.settings import read_referral_wait
from services.notifications.usecases import alerting
from tests.unit.notifications.alert_examples import DAY, HOUR, START, allocated
from tests.unit.notifications.matter_examples import (
    BARE,
    SECOND,
    WAIT,
    Story,
    TakeIn,
    assessed,
    closed,
    held,
    referral,
)


@pytest.fixture
def story() -> Story:
    return Story()


def test_a_referral_that_nobody_decides_on_is_told_after_its_wait(story: Story) -> None:
    story.hears(referral())
    assert story.cupboard.kept.due_at == START + WAIT
    story.looks(START + WAIT - SECOND)
    assert not story.shelf.kept
    story.looks(START + WAIT)
    (alert,) = story.alerts(Kind.REFERRAL_WAITING)
    assert (alert.area, alert.severity, alert.history[0].by) == (
        "cluj",
        "medium",
        "service:notifications",
    )
    assert (alert.facts.referral_reference, alert.facts.waiting_since) == ("R-7F3K-9QX2", START)
    assert story.cupboard.kept.due_at is None


def test_it_is_told_once_however_often_the_clock_looks(story: Story) -> None:
    story.hears(referral())
    for hours in (24, 24, 30, 90):
        story.looks(START + hours * HOUR)
    assert len(story.alerts(Kind.REFERRAL_WAITING)) == 1
    assert story.shelf.names() == ["AlertRaised"]


@pytest.mark.parametrize("status", ["declined", "withdrawn", "information_requested", "engaged"])
def test_what_was_decided_on_before_is_never_told(story: Story, status: str) -> None:
    story.hears(referral())
    story.hears(referral(status, 2, START + HOUR), START + HOUR)
    story.looks(START + 9 * DAY)
    assert not story.shelf.kept
    assert story.cupboard.kept.due_at is None


@pytest.mark.parametrize("status", ["declined", "withdrawn", "information_requested"])
def test_a_decision_ends_its_alert_in_the_name_of_who_decided(story: Story, status: str) -> None:
    story.hears(referral())
    story.looks(START + WAIT)
    story.hears(referral(status, 2, START + 30 * HOUR), START + 30 * HOUR)
    (alert,) = story.alerts(Kind.REFERRAL_WAITING)
    assert (alert.outcome, alert.history[-1].by) == ("no_longer_needed", "maya")


def test_what_was_accepted_waits_anew_for_somebody_to_have_the_case(story: Story) -> None:
    story.hears(referral())
    story.looks(START + WAIT)
    accepted_at = START + 30 * HOUR
    story.hears(referral("accepted", 2, accepted_at), accepted_at)
    assert story.alerts(Kind.REFERRAL_WAITING, is_open=True) == []
    story.looks(accepted_at + WAIT)
    (alert,) = story.alerts(Kind.REFERRAL_WAITING, is_open=True)
    story.hears(held(), accepted_at + 2 * DAY, by="ana")
    assert not story.shelf.load(alert.id).is_open


def test_a_case_that_somebody_has_still_waits_for_the_decision_on_a_new_referral(
    story: Story,
) -> None:
    story.hears(held())
    story.hears(referral("accepted", 2, id="old"))
    assert story.cupboard.kept.due_at is None
    story.hears(referral())
    story.looks(START + WAIT)
    assert story.alerts(Kind.REFERRAL_WAITING, is_open=True)


def test_of_two_referrals_the_longer_wait_counts(story: Story) -> None:
    story.hears(referral(since=START + 2 * HOUR, id="late"))
    story.hears(referral(since=START + HOUR, id="early", reference="R-EARL-YYYY"))
    assert story.cupboard.kept.due_at == START + HOUR + WAIT
    story.looks(START + 2 * DAY)
    (alert,) = story.alerts(Kind.REFERRAL_WAITING)
    assert alert.facts.referral_reference == "R-EARL-YYYY"


def test_a_referral_heard_late_does_not_tell_again_what_was_told(story: Story) -> None:
    story.hears(referral(since=START + HOUR))
    story.looks(START + 2 * DAY)
    story.hears(referral(since=START, id="late"), START + 2 * DAY)
    story.looks(START + 3 * DAY)
    assert len(story.alerts(Kind.REFERRAL_WAITING)) == 1
    assert story.alerts(Kind.REFERRAL_WAITING, is_open=True)


def test_the_end_of_a_case_does_not_make_its_old_referral_wait(story: Story) -> None:
    story.hears(held())
    story.hears(referral("accepted", 2))
    ended_at = START + 60 * DAY
    story.hears(closed(at=ended_at), ended_at)
    story.looks(ended_at + HOUR)
    assert not story.shelf.kept
    story.hears(referral("closed", 3, ended_at), ended_at + HOUR)
    story.looks(ended_at + 9 * DAY)
    assert not story.shelf.kept


def test_a_review_that_is_due_is_told_in_a_case_that_somebody_has(story: Story) -> None:
    story.hears(assessed())
    assert story.cupboard.kept.due_at is None
    story.register.remember(allocated("ana"))
    story.hears(held())
    story.looks(START + 7 * DAY)
    (alert,) = story.alerts(Kind.REVIEW_OVERDUE)
    assert (alert.severity, alert.facts.due_review_at) == ("high", START + 7 * DAY)
    assert alert.audience == Audience((), ("ana",))


def test_an_assessment_in_time_puts_the_review_off(story: Story) -> None:
    story.hears(held())
    story.hears(assessed())
    story.hears(assessed(2, START + 13 * DAY), START + 6 * DAY)
    story.looks(START + 12 * DAY)
    assert not story.shelf.kept


def test_a_late_assessment_ends_the_alert_and_the_next_review_is_told_again(story: Story) -> None:
    story.hears(held())
    story.hears(assessed())
    story.looks(START + 7 * DAY)
    story.hears(assessed(2, START + 15 * DAY), START + 8 * DAY, by="service:risk")
    (alert,) = story.alerts(Kind.REVIEW_OVERDUE)
    assert (alert.outcome, alert.history[-1].by) == ("no_longer_needed", "service:risk")
    story.looks(START + 15 * DAY)
    (again,) = story.alerts(Kind.REVIEW_OVERDUE, is_open=True)
    assert again.id != alert.id


def test_closing_a_case_ends_its_review_and_no_older_word_brings_it_back(story: Story) -> None:
    story.hears(held())
    story.hears(assessed())
    story.looks(START + 7 * DAY)
    story.hears(closed(), START + 8 * DAY)
    story.hears(held(), START + 8 * DAY)
    story.looks(START + 9 * DAY)
    assert story.alerts(Kind.REVIEW_OVERDUE, is_open=True) == []
    assert len(story.alerts(Kind.REVIEW_OVERDUE)) == 1


def test_a_case_that_is_taken_on_again_has_its_old_review_told_anew(story: Story) -> None:
    story.hears(held())
    story.hears(assessed())
    story.looks(START + 7 * DAY)
    story.hears(closed(), START + 8 * DAY)
    story.hears(held(3), START + 9 * DAY)
    story.looks(START + 9 * DAY)
    assert len(story.alerts(Kind.REVIEW_OVERDUE, is_open=True)) == 1


def test_who_ends_it_herself_is_not_asked_again_for_the_same(story: Story) -> None:
    story.hears(referral())
    story.looks(START + WAIT)
    (alert,) = story.alerts(Kind.REFERRAL_WAITING)
    alerting.acknowledge_alert(story.shelf, alert.id, by="ana", at=START + WAIT)
    alerting.resolve_alert(story.shelf, alert.id, "no_longer_needed", by="ana", at=START + WAIT)
    story.looks(START + 9 * DAY)
    assert len(story.alerts(Kind.REFERRAL_WAITING)) == 1


def test_what_is_seen_to_while_it_is_told_ends_all_the_same(story: Story) -> None:
    story.hears(referral())

    def decide_meanwhile() -> None:
        story.cupboard.before_telling = lambda: None
        at = START + WAIT
        story.cupboard.kept = referral("declined", 2, at)(story.cupboard.kept).watched(WAIT, at=at)

    story.cupboard.before_telling = decide_meanwhile
    story.looks(START + WAIT)
    assert [alert.outcome for alert in story.shelf.kept.values()] == ["no_longer_needed"]


def test_what_was_told_by_a_process_that_died_then_ends_when_it_is_seen_to(story: Story) -> None:
    story.hears(referral())

    def die() -> None:
        raise ConnectionError

    story.cupboard.before_telling = die
    with pytest.raises(ConnectionError):
        story.looks(START + WAIT)
    assert story.alerts(Kind.REFERRAL_WAITING, is_open=True)
    story.hears(referral("declined", 2, START + WAIT), START + WAIT)
    assert story.alerts(Kind.REFERRAL_WAITING, is_open=True) == []


def test_high_risk_has_its_alert_beside_the_matter(story: Story) -> None:
    story.hears(assessed())
    story.hears(referral())
    story.looks(START + WAIT)
    (alert,) = story.shelf.kept.values()
    assert (alert.kind, alert.severity) == (Kind.REFERRAL_WAITING, "high")
    assert alert.open_key == f"{alert.case_id}:referral_waiting"


NEWS = (
    referral(),
    referral("accepted", 2, START + HOUR),
    referral("engaged", 3, START + 2 * HOUR),
    held(),
    assessed(),
    assessed(2, START + 14 * DAY),
    closed(at=START + 3 * DAY),
    held(3),
)


@given(st.permutations(NEWS * 2))
def test_news_in_any_order_and_twice_come_to_the_same(news: list[TakeIn]) -> None:
    known = BARE
    for each in news:
        known = each(known).watched(WAIT, at=START)
    assert (known.assessment, known.is_held, known.order) == (2, True, 3)
    assert [one.status for one in known.referrals] == ["engaged"]
    assert (known.waiting.due_at, known.review.due_at) == (None, START + 14 * DAY)


@given(st.permutations(NEWS * 2), st.lists(st.integers(0, 40), min_size=16, max_size=16))
def test_no_matter_is_ever_open_twice_or_left_open(news: list[TakeIn], hours: list[int]) -> None:
    story, at = Story(), START
    for each, wait in zip(news, hours, strict=True):
        at += wait * HOUR
        story.hears(each, at)
        story.looks(at)
        for kind in MATTERS:
            is_wanted = story.cupboard.kept.watch(kind).due_at is not None
            assert len(story.alerts(kind, is_open=True)) <= is_wanted
    assert story.alerts(Kind.REFERRAL_WAITING, is_open=True) == []


def test_the_wait_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_referral_wait() == DAY
    monkeypatch.setenv("REFERRAL_WAITS_S", "7200")
    assert read_referral_wait() == 2 * HOUR


@pytest.mark.parametrize("told", ["0", "-1", "soon", "inf", "nan"])
def test_a_wait_that_would_tell_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("REFERRAL_WAITS_S", told)
    with pytest.raises(BadSettings):
        read_referral_wait()
