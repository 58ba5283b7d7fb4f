"""Rotas as they are used in tests, and strategies that make any others."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import strategies as st

from services.notifications.domain.escalation import Tells
from services.notifications.domain.layers import (
    Hours,
    Layer,
    Listed,
    Rotation,
    Turn,
    Unit,
    Weekday,
)
from services.notifications.domain.rota import Rota, blank
from services.notifications.domain.rota_plan import Override, Plan, swapped
from services.notifications.domain.wall import Window

ZONES = (
    "Europe/London",
    "Europe/Bucharest",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "UTC",
)
PEOPLE = ("ana", "bea", "cora", "dina")
MONDAY = datetime(2026, 1, 5, 9, 0)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORKDAYS = tuple(Weekday)[:5]


def day(number: int, hour: int = 0) -> datetime:
    """Return an hour of a day in March 2026, in UTC."""
    return datetime(2026, 3, number, hour, tzinfo=UTC)


def window(begins: datetime, hours: float) -> Window:
    return Window(begins, begins + timedelta(hours=hours))


def weekly(*people: str, **changes: Any) -> Rotation:
    """Return a layer whose people change each Monday at nine."""
    told: dict[str, Any] = {"begins": MONDAY, "turn": Turn(Unit.WEEKS, 1), **changes}
    return Rotation("days", people or ("ana", "bea"), **told)


def nights(*people: str) -> Rotation:
    """Return a layer that is active in the nights before and after workdays only."""
    hours = (Hours(WORKDAYS, time(17), time(9)),)
    return Rotation("nights", people or ("cora",), MONDAY, Turn(Unit.DAYS, 1), hours)


def planned(*layers: Layer, zone: str = "Europe/London") -> Plan:
    return Plan(zone, "fay", layers or (weekly(),))


def rota(*layers: Layer, zone: str = "Europe/London", overrides: tuple[Override, ...] = ()) -> Rota:
    """Return a rota in its first version, with overrides."""
    plan = planned(*layers, zone=zone)
    made = blank("cluj", Tells.RESPONDERS, plan, accepts_gaps=True, by="maya", at=NOW)
    return made.override(overrides, "override", by="maya", at=NOW) if overrides else made


MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(minutes=1), timedelta(days=40))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
TURNS = st.one_of(
    st.builds(Turn, st.just(Unit.HOURS), st.integers(1, 100)),
    st.builds(Turn, st.just(Unit.DAYS), st.integers(1, 20)),
    st.builds(Turn, st.just(Unit.WEEKS), st.integers(1, 5)),
)
HOURS = st.builds(
    Hours, st.lists(st.sampled_from(Weekday), min_size=1, unique=True).map(tuple), TIMES, TIMES
)
SOME = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4).map(tuple)
BEGINS = st.builds(
    datetime.combine,
    st.dates(datetime(2023, 6, 1).date(), datetime(2027, 1, 1).date()),
    TIMES,
)
ROTATIONS = st.builds(
    Rotation, st.just("team"), SOME, BEGINS, TURNS, st.lists(HOURS, max_size=2).map(tuple)
)


@st.composite
def lists(draw: Any) -> Listed:
    """Make shifts one after the other, with and without gaps."""
    begins, found = draw(MOMENTS), []
    for _ in range(draw(st.integers(1, 6))):
        begins += draw(st.sampled_from((timedelta(0), timedelta(hours=3))))
        shift = Window(begins, begins + draw(st.timedeltas(timedelta(minutes=5), timedelta(3))))
        found.append((shift, draw(st.sampled_from(PEOPLE))))
        begins = shift.ends
    return Listed("listed", tuple(found))


LAYERS = st.one_of(ROTATIONS, lists())
WINDOWS = st.builds(lambda begins, span: Window(begins, begins + span), MOMENTS, SPANS)


@st.composite
def stand_ins(draw: Any, near: datetime) -> tuple[Override, ...]:
    """Make overrides and swaps around a moment, in any order and over one another."""
    made: list[Override] = []
    for number in range(draw(st.integers(0, 4))):
        begins = near + draw(st.timedeltas(timedelta(days=-3), timedelta(days=3)))
        span = draw(st.timedeltas(timedelta(minutes=1), timedelta(days=4)))
        one, other = draw(st.permutations(PEOPLE))[:2]
        if draw(st.booleans()):
            later = (Window(begins + span, begins + 2 * span), other)
            made += swapped(
                (Window(begins, begins + span), one), later, (f"{number}a", f"{number}b")
            )
        else:
            replaces = draw(st.sampled_from((None, other)))
            made.append(Override(str(number), Window(begins, begins + span), one, replaces))
    return tuple(made)


@st.composite
def rotas(draw: Any, near: datetime) -> Rota:
    """Make any rota, busy around a moment."""
    layers = draw(st.lists(LAYERS, min_size=1, max_size=3))
    return rota(*layers, zone=draw(st.sampled_from(ZONES)), overrides=draw(stand_ins(near)))
