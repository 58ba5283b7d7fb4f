"""Local times on the wall and hand-overs: through summer time, odd zones and a change of zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.layers import Rotation, Turn, Unit
from services.notifications.domain.wall import Window, is_zone, merged, moment, wall, without
from tests.unit.notifications.rota_examples import (
    BEGINS,
    MOMENTS,
    PEOPLE,
    ROTATIONS,
    WINDOWS,
    ZONES,
    day,
    planned,
    rota,
    weekly,
    window,
)

LONDON, APIA, HOWE = (ZoneInfo(z) for z in ("Europe/London", "Pacific/Apia", "Australia/Lord_Howe"))
IN_ZONE = st.sampled_from(ZONES).map(ZoneInfo)


@pytest.mark.parametrize(
    ("zone", "shown", "meant"),
    [
        (LONDON, datetime(2026, 3, 29, 0, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (LONDON, datetime(2026, 3, 29, 1, 0), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (LONDON, datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (LONDON, datetime(2026, 3, 29, 2, 0), datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (LONDON, datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (LONDON, datetime(2026, 10, 25, 2, 0), datetime(2026, 10, 25, 2, tzinfo=UTC)),
        (HOWE, datetime(2026, 10, 4, 2, 10), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        (APIA, datetime(2011, 12, 30, 12, 0), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_a_time_that_is_shown_twice_or_never_has_one_meaning(
    zone: ZoneInfo, shown: datetime, meant: datetime
) -> None:
    assert moment(shown, zone) == meant


@given(st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1)), IN_ZONE)
def test_the_clock_shows_a_time_at_its_moment_or_has_just_skipped_it(
    shown: datetime, zone: ZoneInfo
) -> None:
    meant = moment(shown, zone)
    if wall(meant, zone) != shown:
        before = wall(meant - timedelta(microseconds=1), zone)
        assert before < shown < wall(meant, zone)


@given(st.datetimes(datetime(2005, 1, 1), datetime(2030, 1, 1)), st.timedeltas(), IN_ZONE)
def test_later_times_never_mean_earlier_moments(
    shown: datetime, later: timedelta, zone: ZoneInfo
) -> None:
    later = timedelta(seconds=abs(later.total_seconds()) % 200_000)
    assert moment(shown, zone) <= moment(shown + later, zone)


@given(MOMENTS, IN_ZONE)
def test_a_moment_is_not_before_the_first_showing_of_its_time(at: datetime, zone: ZoneInfo) -> None:
    assert timedelta(0) <= at - moment(wall(at, zone), zone) <= timedelta(hours=1)


@given(WINDOWS, st.lists(WINDOWS, max_size=5))
def test_what_is_left_and_what_was_taken_make_the_whole(whole: Window, taken: list[Window]) -> None:
    inside = [part for each in taken if (part := each.within(whole))]
    left = list(without(whole, taken))
    assert merged([*inside, *left]) == [whole]
    assert sum(each.seconds for each in (*left, *merged(inside))) == pytest.approx(whole.seconds)


@given(BEGINS, st.integers(0, 300), IN_ZONE, st.sampled_from((Unit.DAYS, Unit.WEEKS)))
def test_hand_overs_are_at_the_same_local_time_through_the_year(
    begins: datetime, number: int, zone: ZoneInfo, unit: Unit
) -> None:
    turn = Turn(unit, 1)
    at = Rotation("team", PEOPLE, begins, turn).hand_over(number, zone)
    due = begins + number * turn.span
    assert wall(at, zone) == due or at == moment(due, zone)
    assert wall(at, zone).time() == begins.time() or wall(at, zone) > due


def test_a_weekly_hand_over_at_nine_stays_at_nine() -> None:
    shifts = rota(weekly()).shifts(day(20), day(20) + timedelta(weeks=40))
    seen = {wall(shift.window.begins, LONDON).time().isoformat() for shift in shifts[1:]}
    assert seen == {"09:00:00"}
    assert {shift.window.begins.hour for shift in shifts[1:]} == {8, 9}


@given(ROTATIONS, MOMENTS, st.sampled_from(ZONES), st.sampled_from(ZONES))
def test_another_zone_leaves_local_times_as_they_are(
    layer: Rotation, at: datetime, zone: str, other: str
) -> None:
    number = layer._number(ZoneInfo(zone), at)
    before = layer.hand_over(number, ZoneInfo(zone))
    after = layer.hand_over(number, ZoneInfo(other))
    due = layer.begins + number * layer.turn.span
    for met, name in ((before, zone), (after, other)):
        assert met == moment(due, ZoneInfo(name))


def test_a_rota_that_moves_keeps_its_hand_overs_on_the_wall() -> None:
    here, there = rota(weekly()), rota(weekly(), zone="Europe/Bucharest")
    moved = here.replan(
        planned(weekly(), zone="Europe/Bucharest"), accepts_gaps=True, by="m", at=day(1)
    )
    assert moved.shifts(day(1), day(31)) == there.shifts(day(1), day(31))
    for one, zone in ((here, LONDON), (moved, ZoneInfo("Europe/Bucharest"))):
        second = one.shifts(day(1), day(31))[1]
        assert wall(second.window.begins, zone) == datetime(2026, 3, 2, 9)


def test_a_turn_whose_hours_are_skipped_is_nobodys() -> None:
    hourly = Rotation("team", ("ana", "bea", "cora"), datetime(2026, 3, 29), Turn(Unit.HOURS, 1))
    shifts = rota(hourly).shifts(day(29), day(29, 3))
    assert [(shift.person, shift.window.seconds) for shift in shifts] == [
        ("ana", 3600),
        ("cora", 3600),
        ("ana", 3600),
    ]


def test_a_turn_whose_hours_are_shown_twice_is_twice_as_long() -> None:
    hourly = Rotation("team", ("ana", "bea", "cora"), datetime(2026, 10, 25), Turn(Unit.HOURS, 1))
    begins = datetime(2026, 10, 24, 23, tzinfo=UTC)
    shifts = rota(hourly).shifts(begins, begins + timedelta(hours=4))
    assert [(shift.person, shift.window.seconds) for shift in shifts] == [
        ("ana", 3600),
        ("bea", 7200),
        ("cora", 3600),
    ]


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd", "Europe", "localtime"])
def test_what_is_no_zone(name: str) -> None:
    assert not is_zone(name)


def test_windows_that_touch_are_one() -> None:
    assert merged([window(day(1, 2), 1), window(day(1), 2)]) == [window(day(1), 3)]
