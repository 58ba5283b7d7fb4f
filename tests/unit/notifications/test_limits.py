"""How often a contact method may be used, and what is never held back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.escalation import Kind
from services.notifications.domain.limits import LIMITS, LONGEST, not_before

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECONDS = st.integers(min_value=-7200, max_value=7200).map(lambda each: timedelta(seconds=each))
SENT = st.lists(SECONDS.map(lambda each: NOON + each), max_size=60)
WAITING = st.sampled_from(
    [(Kind.HIGH_RISK, False), (Kind.ENGAGEMENT, True), (Kind.ENGAGEMENT, False)]
)


def reminder(sent: list[datetime], at: datetime = NOON) -> datetime:
    return not_before(sent, kind=Kind.HIGH_RISK, is_first_at_level=False, at=at)


def seconds_ago(*ages: float) -> list[datetime]:
    return [NOON - timedelta(seconds=age) for age in ages]


@given(SENT)
def test_a_first_notice_of_high_risk_is_never_held_back(sent: list[datetime]) -> None:
    assert not_before(sent, kind=Kind.HIGH_RISK, is_first_at_level=True, at=NOON) == NOON


@given(SENT, WAITING)
def test_nothing_is_held_back_for_longer_than_the_longest_window(
    sent: list[datetime], what: tuple[Kind, bool]
) -> None:
    kind, is_first = what
    found = not_before(sent, kind=kind, is_first_at_level=is_first, at=NOON)
    assert NOON <= found <= NOON + LONGEST


@given(
    st.lists(SECONDS.filter(lambda each: each <= timedelta(0)).map(lambda e: NOON + e), max_size=60)
)
def test_at_the_moment_that_was_named_it_may_go(sent: list[datetime]) -> None:
    later = reminder(sent)
    assert reminder(sent, later) == later


@given(st.lists(st.floats(min_value=0, max_value=120), max_size=120))
def test_who_keeps_to_it_never_sends_more_than_the_limits(pauses: list[float]) -> None:
    sent: list[datetime] = []
    at = NOON
    for pause in pauses:
        at = reminder(sent, at + timedelta(seconds=pause))
        sent.append(at)
    for window in LIMITS:
        for end in sent:
            inside = [each for each in sent if end - window.within < each <= end]
            assert len(inside) <= window.most


@given(SENT)
def test_the_order_of_what_was_sent_does_not_matter(sent: list[datetime]) -> None:
    assert reminder(sent) == reminder(sent[::-1])


def test_nothing_sent_nothing_held() -> None:
    assert reminder([]) == NOON


def test_one_in_ten_seconds() -> None:
    assert reminder(seconds_ago(4)) == NOON + timedelta(seconds=6)
    assert reminder(seconds_ago(10)) == NOON


def test_five_in_five_minutes() -> None:
    assert reminder(seconds_ago(250, 200, 150, 100, 50)) == NOON + timedelta(seconds=50)


def test_twenty_in_an_hour() -> None:
    sent = seconds_ago(*(3500 - 150 * number for number in range(20)))
    assert reminder(sent) == NOON + timedelta(seconds=100)


def test_a_clock_that_went_back_holds_nothing_for_long() -> None:
    tomorrow = [NOON + timedelta(days=1)]
    assert reminder(tomorrow) == NOON + timedelta(seconds=10)
