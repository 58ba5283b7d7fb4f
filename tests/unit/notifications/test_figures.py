"""Figures count what came, and how long it took, of each kind apart."""

from __future__ import annotations

from datetime import timedelta

from services.notifications.domain.escalation import Kind
from services.notifications.domain.figures import Course, figures
from tests.unit.notifications.alert_examples import START

SECOND = timedelta(seconds=1)


def course(
    *, kind: Kind = Kind.HIGH_RISK, taken_after: int | None = None, age_s: int = 60, level: int = 0
) -> Course:
    raised_at = START - age_s * SECOND
    taken_at = None if taken_after is None else raised_at + taken_after * SECOND
    return Course(kind, level, raised_at, taken_at, None)


def test_percentiles_are_of_those_that_came() -> None:
    courses = [course(taken_after=wait) for wait in range(1, 101)] + [course()]
    found = figures(courses, [], Kind.HIGH_RISK, at=START).to_acknowledge
    assert (found.of, found.done) == (101, 100)
    assert found.percentiles == {"p50": 50, "p90": 90, "p99": 99}


def test_nothing_has_no_percentiles() -> None:
    found = figures([], [], Kind.HIGH_RISK, at=START)
    assert found.to_act.percentiles == {}
    assert found.open_by_age == {}


def test_open_alerts_are_counted_by_age_and_rung() -> None:
    ages = [60, 16 * 60, 7200, 3 * 86_400, 30 * 86_400]
    courses = [course(age_s=age, level=min(place, 3)) for place, age in enumerate(ages)]
    found = figures([], courses, Kind.HIGH_RISK, at=START)
    assert found.open_by_age == {
        "under_15_minutes": 1,
        "under_1_hour": 1,
        "under_1_day": 1,
        "under_1_week": 1,
        "older": 1,
    }
    assert found.open_by_level == {0: 1, 1: 1, 2: 1, 3: 2}


def test_another_kind_is_not_counted() -> None:
    other = [course(kind=Kind.ENGAGEMENT)]
    found = figures(other, other, Kind.HIGH_RISK, at=START)
    assert (found.to_act.of, found.open_by_age) == (0, {})
