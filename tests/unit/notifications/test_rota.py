"""Who is on duty: never nobody, no shift over another of its layer, no time left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.domain.errors import RotaSavedMeanwhile, RotaWrong
from services.notifications.domain.layers import Hours, Listed, Turn, Unit, Weekday
from services.notifications.domain.rota import SAVES_KEPT, OnDuty, Rota, Shift
from services.notifications.domain.rota_plan import Override, swapped
from services.notifications.domain.wall import Window, merged
from tests.unit.notifications.rota_examples import (
    MOMENTS,
    NOW,
    SPANS,
    day,
    nights,
    planned,
    rota,
    rotas,
    weekly,
    window,
)

CASES = MOMENTS.flatmap(lambda at: st.tuples(rotas(at), st.just(at), SPANS))


def on(one: Rota, at: datetime) -> tuple[str, ...]:
    return one.on_duty(at).people


@given(CASES)
def test_there_is_never_nobody(case: tuple[Rota, datetime, timedelta]) -> None:
    one, at, _ = case
    found = one.on_duty(at)
    assert found.people
    assert all(found.people)
    assert len(set(found.people)) == len(found.people)
    assert found.is_fallback is bool(one.gaps(at, at + timedelta(microseconds=1)))


@settings(max_examples=150)
@given(CASES)
def test_shifts_of_a_layer_do_not_overlap_and_with_gaps_leave_no_time_out(
    case: tuple[Rota, datetime, timedelta],
) -> None:
    one, since, span = case
    whole = Window(since, since + span)
    shifts, gaps = one.shifts(since, whole.ends), one.gaps(since, whole.ends)
    for layer in (None, *range(len(one.plan.layers))):
        of_layer = [shift.window for shift in shifts if shift.layer == layer]
        assert all(each.begins < each.ends for each in of_layer)
        assert all(a.ends <= b.begins for a, b in pairwise(of_layer))
    covered = merged([shift.window for shift in shifts])
    assert merged([*covered, *gaps]) == [whole]
    held = sum(each.seconds for each in (*covered, *gaps))
    assert held == pytest.approx(whole.seconds)


@settings(max_examples=150)
@given(CASES)
def test_a_layer_without_the_others_tiles_the_time(case: tuple[Rota, datetime, timedelta]) -> None:
    one, since, span = case
    for layer in one.plan.layers:
        alone = replace(one, plan=replace(one.plan, layers=(layer,)))
        parts = [each.window for each in alone.shifts(since, since + span)]
        parts += alone.gaps(since, since + span)
        parts.sort()
        assert parts[0].begins == since
        assert parts[-1].ends == since + span
        assert all(a.ends == b.begins for a, b in pairwise(parts))


@settings(max_examples=150)
@given(CASES, st.floats(0, 1))
def test_who_is_on_duty_has_a_shift(case: tuple[Rota, datetime, timedelta], part: float) -> None:
    one, since, span = case
    at = since + part * span * 0.999
    having = {each.person for each in one.shifts(since, since + span) if each.window.holds(at)}
    assert set(on(one, at)) == having or one.on_duty(at) == OnDuty(("fay",), is_fallback=True)
    assert bool(having) is not one.on_duty(at).is_fallback


@settings(max_examples=100)
@given(CASES, st.floats(0.1, 0.9))
def test_shifts_do_not_depend_on_the_time_that_is_asked_for(
    case: tuple[Rota, datetime, timedelta], part: float
) -> None:
    one, since, span = case
    until, middle = since + span, since + part * span
    halves = (*one.shifts(since, middle), *one.shifts(middle, until))
    assert seconds(halves) == pytest.approx(seconds(one.shifts(since, until)))


def seconds(shifts: tuple[Shift, ...]) -> dict[tuple[str, int | None], float]:
    """Return for how long each person has each layer."""
    found: dict[tuple[str, int | None], float] = {}
    for shift in shifts:
        key = (shift.person, shift.layer)
        found[key] = found.get(key, 0) + shift.window.seconds
    return found


def test_people_take_turns() -> None:
    one = rota(weekly("ana", "bea", "cora"))
    assert [on(one, day(number, 12))[0] for number in (2, 9, 16, 23)] == [
        "cora",
        "ana",
        "bea",
        "cora",
    ]


def test_each_layer_that_is_active_has_somebody_on_duty() -> None:
    one = rota(weekly("ana"), nights("cora"))
    assert on(one, day(3, 12)) == ("ana",)
    assert on(one, day(3, 22)) == ("ana", "cora")
    assert on(one, day(8, 22)) == ("ana",)


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    one = rota(nights("cora"))
    assert on(one, day(7, 8)) == ("cora",)
    assert one.on_duty(day(7, 9)).is_fallback
    assert one.on_duty(day(9, 8)).is_fallback


def test_hours_from_midnight_to_midnight_are_whole_days() -> None:
    days = (Hours((Weekday.SATURDAY, Weekday.SUNDAY), time_of(0), time_of(0)),)
    gaps = rota(weekly("ana", hours=days)).gaps(day(2), day(14))
    assert gaps == (Window(day(2), day(7)), Window(day(9), day(14)))


def time_of(hour: int):
    return datetime(2026, 1, 1, hour).time()


def test_before_the_first_hand_over_there_is_the_fallback() -> None:
    one = rota(weekly(begins=datetime(2026, 6, 1, 9)))
    assert one.on_duty(NOW) == OnDuty(("fay",), is_fallback=True)


def test_who_stands_in_for_one_person_leaves_the_others() -> None:
    stands_in = Override("1", window(day(3), 24), "dina", replaces="ana")
    one = rota(weekly("ana"), nights("cora"), overrides=(stands_in,))
    assert on(one, day(3, 22)) == ("dina", "cora")
    shift = next(each for each in one.shifts(day(3), day(4)) if each.layer == 0)
    assert (shift.person, shift.instead_of) == ("dina", "ana")


def test_who_stands_in_for_everybody_covers_a_gap_too() -> None:
    stands_in = Override("1", window(day(3, 12), 12), "dina")
    one = rota(nights("cora"), overrides=(stands_in,))
    assert on(one, day(3, 13)) == on(one, day(3, 22)) == ("dina",)
    assert one.on_duty(day(3, 11)).is_fallback


def test_who_stands_in_may_be_stood_in_for() -> None:
    first = Override("1", window(day(3), 24), "bea", replaces="ana")
    second = Override("2", window(day(3), 24), "cora", replaces="bea")
    assert on(rota(weekly("ana"), overrides=(first, second)), day(3, 12)) == ("cora",)


def test_those_who_swap_have_each_others_shift_and_nothing_else() -> None:
    plain = rota(weekly())
    anas, beas = (each.window for each in plain.shifts(day(2, 9), day(16, 9)))
    one = rota(weekly(), overrides=swapped((anas, "ana"), (beas, "bea"), ("x", "y")))
    before, after = plain.shifts(day(2, 9), day(30, 8)), one.shifts(day(2, 9), day(30, 8))
    assert [each.person for each in before] == ["ana", "bea", "ana", "bea"]
    assert [each.person for each in after] == ["bea", "ana", "ana", "bea"]


def test_a_swap_at_the_same_time_does_not_undo_itself() -> None:
    same = window(day(3), 24)
    one = rota(
        weekly("ana"), nights("cora"), overrides=swapped((same, "ana"), (same, "cora"), ("x", "y"))
    )
    assert on(one, day(3, 22)) == ("cora", "ana")


def test_a_swap_is_taken_back_as_one() -> None:
    same = window(day(3), 24)
    one = rota(weekly("ana"), overrides=swapped((same, "ana"), (same, "cora"), ("x", "y")))
    back = one.take_back("y", by="maya", at=NOW)
    assert back.overrides == ()
    assert back.version == one.version + 1
    assert one.take_back("z", by="maya", at=NOW) is one


def test_each_save_is_kept_with_who_and_when_and_the_oldest_are_forgotten() -> None:
    one = rota()
    for number in range(SAVES_KEPT + 5):
        one = one.replan(planned(), accepts_gaps=False, by=f"m{number}", at=NOW)
    assert (one.version, len(one.saves)) == (SAVES_KEPT + 6, SAVES_KEPT)
    assert (one.saves[-1].version, one.saves[-1].by) == (one.version, f"m{SAVES_KEPT + 4}")


def test_what_was_made_from_another_version_is_refused_and_told_who_saved() -> None:
    one = rota()
    one.refuse_other(one.version)
    one.refuse_other(None)
    with pytest.raises(RotaSavedMeanwhile, match=r"Version 1 .* by maya"):
        one.refuse_other(0)


def test_overrides_long_past_are_forgotten() -> None:
    past = Override("1", window(day(1), 1), "dina")
    one = rota(overrides=(past,))
    later = one.override((), "override", by="maya", at=NOW + timedelta(weeks=9))
    assert later.overrides == ()


def test_every_fault_is_told_at_once() -> None:
    wrong = replace(
        planned(
            weekly("ana", turn=Turn(Unit.DAYS, 0), hours=(Hours((), time_of(1), time_of(2)),)),
            replace(weekly("ana"), people=()),
            replace(weekly("ana"), team=" ", begins=datetime(1999, 1, 1)),
            Listed("list", ((window(day(2), -1), "ana"), (window(day(1), 2), ""))),
        ),
        zone="Europe/Atlantis",
        fallback="",
    )
    late = Override("1", window(day(2), 0), "dina", replaces="dina")
    with pytest.raises(RotaWrong) as refused:
        replace(rota(), plan=wrong, overrides=(late,))
    assert {"/".join(map(str, fault.path)) for fault in refused.value.faults} == {
        "zone",
        "fallback",
        "layers/0/turn/length",
        "layers/0/hours/0/days",
        "layers/1/people",
        "layers/2/team",
        "layers/2/begins",
        "layers/3/shifts/0/until",
        "layers/3/shifts/1/person",
        "layers/3/shifts/1/from",
        "overrides/0/until",
        "overrides/0/replaces",
    }


@pytest.mark.parametrize("length", [-1, 0, 10**12])
def test_a_turn_is_longer_than_nothing_and_shorter_than_a_year(length: int) -> None:
    with pytest.raises(RotaWrong):
        rota(weekly(turn=Turn(Unit.WEEKS, length)))


def test_a_rota_has_layers() -> None:
    with pytest.raises(RotaWrong):
        replace(rota(), plan=replace(planned(), layers=()))
