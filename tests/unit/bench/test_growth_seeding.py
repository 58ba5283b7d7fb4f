"""Which cases are stored, and when they are said to have happened."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from bench.growth.originals import Course
from bench.growth.pace import Timing, ratios
from bench.growth.seeding import LATELY, STANDING, TODAY, YEARS, courses, earlier

IN_HAND = sum(STANDING.values())


def test_what_a_team_has_in_hand_does_not_grow_with_the_years() -> None:
    first, more = Counter(courses(0, 1_000)), Counter(courses(1_000, 10_000))
    assert {course: first[course] for course in STANDING} == STANDING
    assert not any(more[course] for course in STANDING)
    assert (first.total(), more.total()) == (1_000, 9_000)


@pytest.mark.parametrize(("stored", "wanted"), [(0, IN_HAND // 2), (1_000, 1_000)])
def test_never_more_than_are_wanted(stored: int, wanted: int) -> None:
    assert len(list(courses(stored, wanted))) == wanted - stored


def test_open_alerts_are_of_today_and_closed_cases_of_years() -> None:
    assert earlier(Course.WAITING, 1) == TODAY
    assert earlier(Course.ACTIVE, 0.5) == LATELY / 2
    assert timedelta(days=2) <= earlier(Course.CLOSED_HIGH, 0)
    assert earlier(Course.DECLINED, 1) > YEARS


def test_growth_is_told_for_what_was_timed_both_times() -> None:
    first = [Timing("a list", [1.0, 1.0, 4.0]), Timing("gone", [1.0])]
    then = [Timing("a list", [2.0, 3.0, 4.0]), Timing("new", [1.0])]
    assert ratios(first, then) == {"a list": (3.0, 1.0)}
