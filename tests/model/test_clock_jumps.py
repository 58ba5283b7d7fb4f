"""A clock that is put forward or back by an hour, and summer time: nothing is lost for it.

What waits does so until a moment of the wall clock, for others to find. Put forward, it comes too
early; put back, it must not wait for more than one more of its own waits.
"""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import clock
from services.chassis.auth import Principal, Role, Unauthenticated, issue, verify
from services.notifications.domain.course import State
from services.notifications.domain.model import Alert
from services.notifications.domain.record import CLOCKS_DIFFER
from services.portal.accounts.lockout import LONGEST_WAIT, _is_locked, _left, by_address
from services.portal.accounts.sessions import ABSOLUTE, IDLE, Session
from services.portal.live.catching_up import FURTHEST_BACK, OVERLAP, within_reach
from services.portal.live.change import Cursor
from services.risk.domain.model import ANSWERED_WITHIN, NEVER_LATER, AwaitedAlert
from tests.house.source import python
from tests.unit.notifications.alert_examples import HOUR, POLICIES, REPEAT, START, STEP, raised

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
JUMPS = st.integers(-3600, 3600).map(lambda seconds: timedelta(seconds=seconds))
LATER = st.integers(0, 4000).map(lambda seconds: timedelta(seconds=seconds))
ZONES = ("UTC", "Europe/London", "Europe/Rome", "Europe/Bucharest", "Europe/Budapest")


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """A zone in which this machine stands."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield request.param
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def states() -> list[Alert]:
    """Return an alert in each state that waits for something."""
    taken, _ = raised().acknowledge(by="ana", at=START)
    acted, _ = taken.record_action("contacted", note=None, by="ana", at=START)
    top, _ = raised().advance(at=START + 3 * STEP)
    return [raised(), taken, acted, top]


def longest(alert: Alert) -> timedelta:
    """Return the wait of an alert's state, by its policy."""
    waits = {State.ACKNOWLEDGED: HOUR, State.ACTIONED: POLICIES.high_risk.unresolved_after}
    own = STEP if alert.level < alert.policy.top else REPEAT
    return waits.get(alert.state, own) or own


@given(alert=st.sampled_from(states()), jump=JUMPS, later=LATER)
def test_an_open_alert_takes_its_step_within_one_more_wait(
    alert: Alert, jump: timedelta, later: timedelta
) -> None:
    assert alert.next_step_at is not None
    now = min(alert.since + later, alert.next_step_at) + jump
    mended, _ = alert.restore_step(at=now)
    assert mended.next_step_at is not None
    assert mended.next_step_at - now <= longest(alert) + CLOCKS_DIFFER
    assert mended.next_step_at <= alert.next_step_at


@given(alert=st.sampled_from(states()), later=LATER)
def test_an_alert_is_left_alone_while_the_clock_runs_on(alert: Alert, later: timedelta) -> None:
    reached_at = alert.history[-1].at
    assert alert.restore_step(at=reached_at + later) == (alert, ())


@given(apart=st.integers(-60, 60))
def test_replicas_whose_clocks_differ_a_little_do_not_mend_each_other(apart: int) -> None:
    alert = raised()
    assert alert.restore_step(at=START + timedelta(seconds=apart)) == (alert, ())


def test_a_mended_alert_is_left_alone() -> None:
    mended, _ = raised().restore_step(at=START - HOUR)
    assert mended.next_step_at == START - HOUR + STEP
    assert mended.restore_step(at=START - HOUR) == (mended, ())


@given(times=st.integers(0, 8), jump=JUMPS)
def test_a_high_assessment_is_said_again_soon_however_the_clock_is_put(
    times: int, jump: timedelta
) -> None:
    awaited = AwaitedAlert("a", 1, NOON + ANSWERED_WITHIN)
    for _ in range(times):
        awaited = awaited.put_off(awaited.announce_again_at)
    now = awaited.announce_again_at - timedelta(seconds=1) + jump
    waited = timedelta(0)
    while not awaited.is_overdue(now + waited):
        waited += timedelta(seconds=5)
    assert waited <= NEVER_LATER + timedelta(seconds=5)


@given(jump=JUMPS, wait=st.integers(1, 1800))
def test_nobody_is_locked_out_for_longer_than_the_longest_wait(jump: timedelta, wait: int) -> None:
    until = NOON + timedelta(seconds=wait)
    if _is_locked(until, NOON + jump):
        assert until - (NOON + jump) <= LONGEST_WAIT


@given(jump=JUMPS, failures=st.integers(0, 30))
def test_a_clock_put_back_counts_no_failure_that_was_not(jump: timedelta, failures: int) -> None:
    known = {"failures": failures, "forget_at": NOON + timedelta(hours=24)}
    assert 0 <= _left(by_address("10.0.0.1"), known, NOON + jump) <= failures


@given(back=st.integers(31, 3600), away=st.integers(0, 3600))
def test_a_browser_that_comes_back_is_told_what_changed_since_the_clock_was_put_back(
    back: int, away: int
) -> None:
    """Until the clock has come to her position again; later, the alert's next step is told."""
    position, changed_at = Cursor(NOON), NOON - timedelta(seconds=back)
    now = changed_at + timedelta(seconds=away)
    if now + OVERLAP < NOON:
        assert within_reach(position, now).at <= changed_at
    assert within_reach(position, now).at >= now - FURTHEST_BACK


@given(jump=JUMPS)
def test_a_session_lasts_no_longer_than_the_jump_more_than_it_should(jump: timedelta) -> None:
    session = Session("s", "ana", "csrf", NOON, NOON)
    assert not session.is_alive(NOON + IDLE + max(jump, timedelta(0)))
    assert session.expires_at - (NOON + jump) <= IDLE - min(jump, timedelta(0))
    assert replace(session, seen_at=NOON + ABSOLUTE).expires_at == NOON + ABSOLUTE


@given(jump=JUMPS)
def test_a_request_under_way_may_be_refused_and_the_next_is_not(jump: timedelta) -> None:
    key = Ed25519PrivateKey.generate()
    asks = Principal("ana", Role.PRACTITIONER, areas=("cluj",))

    def answered(issued_at: datetime, seen_at: datetime) -> bool:
        token = issue(asks, audience="risk", key=key, now=issued_at)
        try:
            return verify(token, audience="risk", key=key.public_key(), now=seen_at) == asks
        except Unauthenticated:
            return False

    is_small = -timedelta(seconds=5) <= jump <= timedelta(seconds=60)
    assert answered(NOON, NOON + jump) or not is_small
    assert answered(NOON + jump, NOON + jump)


def test_our_clock_does_not_know_of_summer_time(zone: str) -> None:
    before = datetime.now(UTC)
    assert before - timedelta(seconds=1) <= clock.now() <= datetime.now(UTC), zone
    assert clock.now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "night", [datetime(2026, 3, 29, 0, 40, tzinfo=UTC), datetime(2026, 10, 25, 0, 40, tzinfo=UTC)]
)
def test_an_alert_of_the_night_of_the_change_keeps_its_steps(zone: str, night: datetime) -> None:
    alert = replace(raised(), raised_at=night, next_step_at=night + STEP)
    told = []
    while len(told) < 6:
        assert alert.next_step_at is not None, zone
        alert, _ = alert.advance(at=alert.next_step_at)
        told.append(alert.history[-1].last_at or alert.history[-1].at)
    waits = [after - before for before, after in zip([night, *told], told, strict=False)]
    assert waits == [STEP, STEP, STEP, REPEAT, REPEAT, REPEAT]


def test_nothing_asks_for_the_time_of_a_wall() -> None:
    """Naive or local times are ambiguous for an hour a year: only `clock.now` reads the clock."""
    naive = {"utcnow", "today", "fromtimestamp", "utcfromtimestamp", "localtime", "mktime"}
    found = [
        f"{one.name}:{call.lineno}"
        for one in python("services/")
        for call in one.calls
        if isinstance(call.func, ast.Attribute)
        and (call.func.attr in naive or (call.func.attr == "now" and _is_of_datetime(call.func)))
        and not (call.args or call.keywords)
    ]
    assert not found


def _is_of_datetime(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id == "datetime"
