"""The drill takes its turns, knows when it is overdue, and is closed once, by its own number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.contracts.catalogue import write
from services.contracts.dash import DASH_24
from services.referrals.announcements import announce_drill
from services.referrals.domain.drill import ANSWERED_YES, Course, Drill
from services.referrals.domain.events import DrillBegun

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def begun(at: datetime = NOON) -> Drill:
    drill, said = Drill.begin(at=at, every=MINUTE)
    assert said == (DrillBegun(),)
    return drill


def turned(drill: Drill, at: datetime, *, is_piling_up: bool = False) -> tuple[Drill, int]:
    """Return the drill after a turn, and how many were begun by it."""
    changed, said = drill.turn(at=at, every=MINUTE, is_piling_up=is_piling_up)
    return changed, len(said)


def back(drill: Drill, at: datetime, number: int | None = None, *, well: bool = True) -> Drill:
    number = drill.number if number is None else number
    return drill.come_back(number, began_at=drill.began_at, is_success=well, at=at)[0]


def test_the_first_begins_at_once_and_is_quiet_since_then() -> None:
    drill = begun()
    assert (drill.number, drill.course, drill.due_at) == (1, Course.BEGUN, NOON + MINUTE)
    assert (drill.quiet_since, drill.succeeded_at) == (NOON, None)


def test_nothing_happens_before_its_time() -> None:
    drill = begun()
    assert turned(drill, NOON + timedelta(seconds=59)) == (drill, 0)


def test_one_that_came_back_is_followed_by_the_next() -> None:
    drill = back(begun(), NOON + timedelta(seconds=1))
    assert (drill.course, drill.took_s) == (Course.SUCCEEDED, 1)
    following, count = turned(drill, NOON + MINUTE)
    assert (following.number, count, following.quiet_since) == (2, 1, NOON + timedelta(seconds=1))


def test_one_that_did_not_come_back_is_overdue_before_another_begins() -> None:
    overdue, count = turned(begun(), NOON + MINUTE)
    assert (overdue.course, overdue.number, count) == (Course.OVERDUE, 1, 0)
    again, count = turned(overdue, NOON + 2 * MINUTE)
    assert (again.course, again.number, count) == (Course.BEGUN, 2, 1)


def test_while_nobody_hears_no_further_one_is_begun() -> None:
    drill, at = begun(), NOON
    for _ in range(1_440):
        at += MINUTE
        drill, count = turned(drill, at, is_piling_up=True)
        assert (drill.course, count) == (Course.OVERDUE, 0)
    assert (drill.number, drill.quiet_since) == (1, NOON)


def test_one_that_comes_late_is_a_success_all_the_same() -> None:
    overdue, _ = turned(begun(), NOON + MINUTE)
    late = back(overdue, NOON + timedelta(hours=1))
    assert (late.course, late.took_s) == (Course.SUCCEEDED, 3_600)
    assert not late.is_out


def test_a_failure_is_no_success() -> None:
    failed = back(begun(), NOON, well=False)
    assert (failed.course, failed.succeeded_at, failed.is_out) == (Course.FAILED, None, False)
    assert turned(failed, NOON + MINUTE)[1] == 1


@pytest.mark.parametrize("number", [0, 1, 3])
def test_what_came_back_before_or_never_began_changes_nothing(number: int) -> None:
    second, _ = turned(back(begun(), NOON), NOON + MINUTE)
    assert back(second, NOON + MINUTE, number) == second


def test_a_clock_that_is_put_back_does_not_stop_it() -> None:
    drill = back(begun(), NOON)
    again, count = turned(drill, NOON - timedelta(hours=1))
    assert (count, again.due_at) == (1, NOON - timedelta(hours=1) + MINUTE)


@given(some.lists(some.tuples(some.integers(-90, 90), some.booleans(), some.booleans())))
def test_under_any_clock_a_turn_comes_within_a_minute_and_no_number_is_used_twice(
    steps: list[tuple[int, bool, bool]],
) -> None:
    drill, at, numbers = begun(), NOON, [1]
    for seconds, is_piling_up, comes_back in steps:
        at += timedelta(seconds=seconds)
        drill, count = turned(drill, at, is_piling_up=is_piling_up)
        numbers += [drill.number] * count
        drill = back(drill, at) if comes_back else drill
        assert at < drill.due_at <= at + MINUTE
    assert numbers == list(range(1, len(numbers) + 1))


def test_it_says_a_sheet_that_one_answer_makes_high() -> None:
    data = write(announce_drill(begun(), DrillBegun()))
    assert tuple(data["answers"]) == DASH_24
    assert {item for item, answer in data["answers"].items() if answer == "yes"} == ANSWERED_YES
    assert len(ANSWERED_YES) == 14
    assert (data["number"], data["began_at"]) == (1, NOON.isoformat())
