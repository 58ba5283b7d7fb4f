"""Who is on duty in an area at a moment, for one tier of the ladder.

Each layer that is active puts one person on duty. Overrides then put others in their place, in the
order in which they were made; those of a swap were made at once, so none acts on the other. Where
nobody is left, the fallback is on duty: never nobody.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby, pairwise
from zoneinfo import ZoneInfo

from services.notifications.domain.errors import RotaSavedMeanwhile, RotaWrong
from services.notifications.domain.escalation import Tells
from services.notifications.domain.layers import Piece
from services.notifications.domain.rota_faults import faults_of_overrides, faults_of_plan
from services.notifications.domain.rota_plan import Override, Plan
from services.notifications.domain.wall import Window, merged, without

LOOKED_AHEAD = timedelta(weeks=8)
OVERRIDES_KEPT = timedelta(weeks=8)
SAVES_KEPT = 50
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who is on duty, never nobody; `is_fallback` where only the fallback is left."""

    people: tuple[str, ...]
    is_fallback: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """A time for which one person is on duty.

    `layer` is the place of the layer, from 0 on; None for who covers a gap. `instead_of` is whose
    shift it is by the layer, where another stands in.
    """

    window: Window
    person: str
    layer: int | None = None
    team: str | None = None
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class Save:
    """Who saved which version when, and what it was."""

    version: int
    what: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Rota:
    """The rota of one tier in one area; `saves` are the latest, the newest last.

    `accepts_gaps` tells that whoever saved it knew of gaps.
    """

    area: str
    tier: Tells
    plan: Plan
    version: int = 0
    overrides: tuple[Override, ...] = ()
    accepts_gaps: bool = False
    saves: tuple[Save, ...] = ()

    def __post_init__(self) -> None:
        found = (*faults_of_plan(self.plan), *faults_of_overrides(self.overrides))
        if found:
            raise RotaWrong(found)

    @property
    def id(self) -> str:
        """Return the id, which belongs to area and tier."""
        return rota_id(self.area, self.tier)

    @property
    def reference(self) -> str:
        """Return the id: people name a rota by area and tier."""
        return self.id

    @property
    def case_id(self) -> str:
        """Return nothing: a rota is of no case."""
        return ""

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the time zone of its hand-overs."""
        return ZoneInfo(self.plan.zone)

    @property
    def everybody(self) -> frozenset[str]:
        """Return everybody who is named, in the plan or as standing in."""
        return frozenset((*self.plan.everybody, *(each.person for each in self.overrides)))

    def on_duty(self, at: datetime, gone: Collection[str] = ()) -> OnDuty:
        """Return who is on duty at a moment; who is gone has no duty."""
        found = self.shifts(at, at + _INSTANT)
        people = dict.fromkeys(shift.person for shift in found if shift.person not in gone)
        return OnDuty(tuple(people)) if people else OnDuty((self.plan.fallback,), is_fallback=True)

    def shifts(self, since: datetime, until: datetime) -> tuple[Shift, ...]:
        """Return the shifts of each layer and those that cover gaps, by when they begin.

        Those of one layer do not overlap. Where there is no shift, there is a gap.
        """
        whole = Window(since, until)
        by_layer = [tuple(layer.pieces(self.zone, whole)) for layer in self.plan.layers]
        taken = [window for pieces in by_layer for window, _ in pieces]
        found = [*self._covering(without(whole, taken))]
        for place, pieces in enumerate(by_layer):
            found += _joined(self._of_layer(place, pieces))
        return tuple(sorted(found, key=_order))

    def gaps(
        self, since: datetime, until: datetime, gone: Collection[str] = ()
    ) -> tuple[Window, ...]:
        """Return when nobody but the fallback is on duty; who is gone leaves a gap."""
        found = self.shifts(since, until)
        taken = [shift.window for shift in found if shift.person not in gone]
        return tuple(without(Window(since, until), taken))

    def replan(self, plan: Plan, *, accepts_gaps: bool, by: str, at: datetime) -> Rota:
        """Return the next version with another plan; its overrides stay."""
        changed = replace(self, plan=plan, accepts_gaps=accepts_gaps)
        return changed._saved("plan", by, at)

    def override(self, made: Sequence[Override], what: str, *, by: str, at: datetime) -> Rota:
        """Return the next version with more overrides; long past ones are forgotten."""
        kept = (each for each in self.overrides if each.window.ends > at - OVERRIDES_KEPT)
        return replace(self, overrides=(*kept, *made))._saved(what, by, at)

    def take_back(self, override_id: str, *, by: str, at: datetime) -> Rota:
        """Return the next version without an override; of a swap both halves go.

        Without such an override it is this version.
        """
        gone = {each.made_with for each in self.overrides if each.id == override_id}
        kept = tuple(each for each in self.overrides if each.made_with not in gone)
        return replace(self, overrides=kept)._saved("taken_back", by, at) if gone else self

    def refuse_other(self, version: int | None) -> None:
        """Refuse what was made from another version than this; `None` asks for none.

        Raises:
            RotaSavedMeanwhile: it was.

        """
        if version not in (None, self.version):
            raise RotaSavedMeanwhile(self.version, self.saves[-1].by if self.saves else "nobody")

    def _saved(self, what: str, by: str, at: datetime) -> Rota:
        saves = (*self.saves, Save(self.version + 1, what, by, at))[-SAVES_KEPT:]
        return replace(self, version=self.version + 1, saves=saves)

    def _covering(self, gaps: Iterable[Window]) -> Iterator[Shift]:
        shifts = (
            Shift(part, person)
            for gap in gaps
            for part in self._cut(gap)
            if (person := self._standing(None, part.begins))
        )
        return _joined(shifts)

    def _of_layer(self, place: int, pieces: Iterable[Piece]) -> Iterator[Shift]:
        team = self.plan.layers[place].team
        for window, own in pieces:
            for part in self._cut(window):
                person = self._standing(own, part.begins) or own
                yield Shift(part, person, place, team, None if person == own else own)

    def _standing(self, person: str | None, at: datetime) -> str | None:
        """Return who has the duty of a person at a moment; `None` is a gap."""
        for made_at_once in self._by_making:
            taking = (each.person for each in made_at_once if each.takes_over(person, at))
            person = next(taking, person)
        return person

    @cached_property
    def _by_making(self) -> tuple[tuple[Override, ...], ...]:
        grouped = groupby(self.overrides, key=lambda override: override.made_with)
        return tuple(tuple(together) for _, together in grouped)

    def _cut(self, window: Window) -> Iterator[Window]:
        """Yield the parts of a window within which no override begins or ends."""
        first = bisect_right(self._edges, window.begins)
        within = self._edges[first : bisect_left(self._edges, window.ends)]
        return (Window(*pair) for pair in pairwise([window.begins, *within, window.ends]))

    @cached_property
    def _edges(self) -> list[datetime]:
        windows = [each.window for each in self.overrides]
        return sorted({edge for each in windows for edge in (each.begins, each.ends)})


def rota_id(area: str, tier: Tells) -> str:
    """Return the id of the rota of a tier in an area."""
    return f"{area}:{tier.value}"


def blank(area: str, tier: Tells, plan: Plan, *, accepts_gaps: bool, by: str, at: datetime) -> Rota:
    """Return the first version of a rota."""
    return Rota(area, tier, plan, accepts_gaps=accepts_gaps)._saved("plan", by, at)


def _joined(shifts: Iterable[Shift]) -> Iterator[Shift]:
    """Yield shifts in order, those that follow at once on the same person's as one."""
    before: Shift | None = None
    for shift in shifts:
        if before is None:
            before = shift
        elif before.window.ends == shift.window.begins and _who(before) == _who(shift):
            before = replace(before, window=merged([before.window, shift.window])[0])
        else:
            yield before
            before = shift
    if before is not None:
        yield before


def _who(shift: Shift) -> tuple[str, str | None]:
    return shift.person, shift.instead_of


def _order(shift: Shift) -> tuple[Window, int]:
    return shift.window, -1 if shift.layer is None else shift.layer
