"""The layers of a rota: people who take turns, or shifts that were written down one by one.

A rotation is told in local wall time and knows no zone; the rota brings it. So a hand-over at 09:00
stays at 09:00 when the clocks change, and when the rota moves to another zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.notifications.domain.wall import Window, merged, moment, wall

_DAY = timedelta(days=1)
Piece = tuple[Window, str]
"""A window and who has it."""


class Unit(StrEnum):
    """What the length of a turn is counted in."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"


class Weekday(StrEnum):
    """A day of the week, in the order of `date.weekday`."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


_WEEK = tuple(Weekday)


@dataclass(frozen=True, slots=True)
class Turn:
    """How long each person's turn is, by the clock on the wall."""

    unit: Unit
    length: int

    @property
    def span(self) -> timedelta:
        """Return the length."""
        return timedelta(**{self.unit.value: self.length})


@dataclass(frozen=True, slots=True)
class Hours:
    """When on some days of the week a layer is active, in local time.

    Where it ends no later than it begins, it ends on the next day: nights are 17:00 to 09:00, whole
    days 00:00 to 00:00.
    """

    days: tuple[Weekday, ...]
    begins: time
    ends: time

    def on(self, day: date, zone: ZoneInfo) -> Window | None:
        """Return the window that begins on a day; None where there is none."""
        if _WEEK[day.weekday()] not in self.days:
            return None
        last = day if self.begins < self.ends else day + _DAY
        begins = moment(datetime.combine(day, self.begins), zone)
        ends = moment(datetime.combine(last, self.ends), zone)
        return Window(begins, ends) if begins < ends else None


@dataclass(frozen=True, slots=True)
class Rotation:
    """A team whose people take turns, in order and without end, from a first hand-over on.

    `begins` is local and has no zone. Without `hours` the layer is always active.
    """

    team: str
    people: tuple[str, ...]
    begins: datetime
    turn: Turn
    hours: tuple[Hours, ...] = ()

    @property
    def everybody(self) -> tuple[str, ...]:
        """Return everybody who is named."""
        return self.people

    def pieces(self, zone: ZoneInfo, within: Window) -> Iterator[Piece]:
        """Yield who has which part of a window, in order; nothing overlaps."""
        number = max(self._number(zone, within.begins), 0)
        begins = self.hand_over(number, zone)
        while begins < within.ends:
            ends = self.hand_over(number + 1, zone)
            for active in self._active(zone, Window(begins, ends).within(within)):
                yield active, self.people[number % len(self.people)]
            number, begins = number + 1, ends

    def hand_over(self, number: int, zone: ZoneInfo) -> datetime:
        """Return the moment at which a turn begins; the first has the number 0."""
        return moment(self.begins + number * self.turn.span, zone)

    def _number(self, zone: ZoneInfo, at: datetime) -> int:
        """Return the number of the turn of a moment; below 0 before the first.

        Reckoned on the wall it may be off by what the clocks were put back or on.
        """
        number = (wall(at, zone) - self.begins) // self.turn.span
        while self.hand_over(number + 1, zone) <= at:
            number += 1
        while self.hand_over(number, zone) > at:
            number -= 1
        return number

    def _active(self, zone: ZoneInfo, turn: Window | None) -> list[Window]:
        if turn is None or not self.hours:
            return [] if turn is None else [turn]
        day, last = wall(turn.begins, zone).date() - _DAY, wall(turn.ends, zone).date()
        found = []
        while day <= last:
            of_day = (hours.on(day, zone) for hours in self.hours)
            found += [part for each in of_day if each and (part := each.within(turn))]
            day += _DAY
        return merged(found)


@dataclass(frozen=True, slots=True)
class Listed:
    """A team whose shifts were written down one by one, as in a calendar."""

    team: str
    shifts: tuple[Piece, ...]

    @property
    def everybody(self) -> tuple[str, ...]:
        """Return everybody who is named."""
        return tuple(dict.fromkeys(person for _, person in self.shifts))

    def pieces(self, zone: ZoneInfo, within: Window) -> Iterator[Piece]:
        """Yield who has which part of a window, in order; nothing overlaps."""
        del zone
        for window, person in self.shifts:
            if part := window.within(within):
                yield part, person


Layer = Rotation | Listed
