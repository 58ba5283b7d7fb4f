"""What may be done with rotas: one function each; time and ids are arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypedDict

from services.notifications.domain import rota_reasons
from services.notifications.domain.errors import Fault, OverrideUnknown, RotaWrong
from services.notifications.domain.escalation import Tells
from services.notifications.domain.layers import Listed
from services.notifications.domain.responders import Responder
from services.notifications.domain.rota import LOOKED_AHEAD, OnDuty, Rota, blank, rota_id
from services.notifications.domain.rota_faults import (
    Path,
    faults_of_override,
    faults_of_overrides,
    faults_of_plan,
)
from services.notifications.domain.rota_plan import Override, Plan
from services.notifications.domain.rota_reasons import Reason
from services.notifications.domain.wall import Window

Decision = tuple[Rota, Sequence[object]]
OVERRIDES_AT_ONCE = 1000
GAPS_TOLD = 20


class Rotas(Protocol):
    """Where rotas are kept; `change` decides again when another write came first."""

    def load(self, key: str) -> Rota:
        """Return the rota with this id."""

    def change(self, key: str, decide: Callable[[Rota], Decision]) -> Rota:
        """Load a rota, decide, and save what was decided if nobody else wrote meanwhile."""

    def open_or_change(self, fresh: Decision, decide: Callable[[Rota], Decision]) -> Rota:
        """Keep a new rota, or change the one that is there."""


class People(Protocol):
    """Who can be told."""

    def strangers(self, ids: Iterable[str]) -> set[str]:
        """Return those of these account ids that belong to nobody active."""

    def of_ids(self, ids: Iterable[str]) -> list[Responder]:
        """Return the active ones of some people."""

    def everybody(self) -> list[Responder]:
        """Return everybody active."""


@dataclass(frozen=True, slots=True)
class Which:
    """The rota that is meant."""

    area: str
    tier: Tells

    @property
    def id(self) -> str:
        """Return its id."""
        return rota_id(self.area, self.tier)


class Told(TypedDict):
    """What a rota keeps of a saving."""

    accepts_gaps: bool
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Saving:
    """By whom and when something is saved, and what she was told before.

    `version` is the one that she saw, 0 where there was none; None where it does not matter.
    """

    by: str
    at: datetime
    version: int | None = None
    accepts_gaps: bool = False

    @property
    def told(self) -> Told:
        """Return what a rota keeps of it."""
        return {"accepts_gaps": self.accepts_gaps, "by": self.by, "at": self.at}


@dataclass(frozen=True, slots=True)
class Shown:
    """A rota with who is on duty, and the gaps of the next weeks."""

    rota: Rota
    now: OnDuty
    gaps: tuple[Window, ...]


def show(rota: Rota, at: datetime, gone: Collection[str]) -> Shown:
    """Return a rota as it is at a moment, when some of those whom it names are gone."""
    return Shown(rota, rota.on_duty(at, gone), rota.gaps(at, at + LOOKED_AHEAD, gone))


def save_rota(rotas: Rotas, people: People, which: Which, plan: Plan, saving: Saving) -> Rota:
    """Keep the plan of a rota, the first or another; overrides that were made stay.

    Raises:
        RotaWrong: the plan is, names somebody unknown, or leaves gaps that were not accepted.
        RotaSavedMeanwhile: another version was saved since the one that this was made from.

    """
    strangers = tuple(_strangers(people, _named(plan)))
    if wrong := tuple(faults_of_plan(plan)):
        raise RotaWrong((*wrong, *strangers))
    told = saving.told

    def decide(known: Rota) -> Decision:
        known.refuse_other(saving.version)
        return _checked(known.replan(plan, **told), saving, strangers), ()

    if saving.version:
        return rotas.change(which.id, decide)
    fresh = blank(which.area, which.tier, plan, **told)
    return rotas.open_or_change((_checked(fresh, saving, strangers), ()), decide)


def add_override(
    rotas: Rotas, people: People, which: Which, made: Override, saving: Saving
) -> Rota:
    """Have somebody stand in for a time; raises as `save_rota`."""
    found = (*faults_of_override(made), *_strangers(people, _in_override(made)))
    if found:
        raise RotaWrong(found)
    return _add(rotas, which, (made,), "override", saving)


def swap_shifts(
    rotas: Rotas, people: People, which: Which, made: Sequence[Override], saving: Saving
) -> Rota:
    """Have two people take each other's shift, as `swapped` says; raises as `save_rota`."""
    found = [
        fault.under(side)
        for side, half in zip(("first", "second"), made, strict=True)
        for fault in (*faults_of_override(half), *_strangers(people, _in_override(half)))
    ]
    if found:
        raise RotaWrong(found)
    return _add(rotas, which, made, "swap", saving)


def take_override_back(rotas: Rotas, which: Which, override_id: str, saving: Saving) -> Rota:
    """Take an override back, or both halves of a swap; raises as `save_rota`.

    Only gaps that open by it are refused.

    Raises:
        OverrideUnknown: there is none.

    """

    def decide(known: Rota) -> Decision:
        known.refuse_other(saving.version)
        left = known.take_back(override_id, by=saving.by, at=saving.at)
        if left is known:
            raise OverrideUnknown
        return _checked(left, saving, allowed=_seconds(known, saving.at)), ()

    return rotas.change(which.id, decide)


def take_overrides_in(
    rotas: Rotas, people: People, which: Which, made: Sequence[Override], saving: Saving
) -> Rota:
    """Keep the overrides of a calendar, all of them or none; raises as `save_rota`."""
    named = [(("calendar",), each) for each in dict.fromkeys(one.person for one in made)]
    found = (*faults_of_overrides(made), *_strangers(people, named))
    if found:
        raise RotaWrong(found)
    return _add(rotas, which, made, "calendar", saving)


def take_layer_in(
    rotas: Rotas, people: People, which: Which, layer: Listed, saving: Saving
) -> Rota:
    """Keep the shifts of a calendar as a layer, in place of one of the same team.

    Raises as `save_rota`.
    """
    plan = rotas.load(which.id).plan
    others = [each for each in plan.layers if each.team != layer.team]
    return save_rota(rotas, people, which, replace(plan, layers=(*others, layer)), saving)


def _add(rotas: Rotas, which: Which, made: Sequence[Override], what: str, saving: Saving) -> Rota:
    def decide(known: Rota) -> Decision:
        known.refuse_other(saving.version)
        more = known.override(made, what, by=saving.by, at=saving.at)
        if len(more.overrides) > OVERRIDES_AT_ONCE:
            reason = Reason.TOO_MANY_OVERRIDES
            raise RotaWrong([rota_reasons.fault(("overrides",), reason, most=OVERRIDES_AT_ONCE)])
        return more, ()

    return rotas.change(which.id, decide)


def _checked(
    rota: Rota, saving: Saving, strangers: Iterable[Fault] = (), allowed: float = 0
) -> Rota:
    """Return a rota; refuse strangers, and gaps that were not accepted and are over `allowed`."""
    gaps = rota.gaps(saving.at, saving.at + LOOKED_AHEAD)
    is_accepted = saving.accepts_gaps or sum(gap.seconds for gap in gaps) <= allowed
    open_gaps = () if is_accepted else gaps[:GAPS_TOLD]
    found = [*strangers, *map(_left_open, open_gaps)]
    if found:
        raise RotaWrong(found)
    return rota


def _left_open(gap: Window) -> Fault:
    begins, ends = (each.isoformat(timespec="minutes") for each in (gap.begins, gap.ends))
    return rota_reasons.fault(("accept_gaps",), Reason.GAP, begins=begins, ends=ends)


def _seconds(rota: Rota, at: datetime) -> float:
    return sum(gap.seconds for gap in rota.gaps(at, at + LOOKED_AHEAD))


Named = Iterable[tuple[Path, str]]


def _strangers(people: People, named: Named) -> Iterator[Fault]:
    """Yield a fault for each place where somebody is named who is not known."""
    places = [(path, person) for path, person in named if person]
    unknown: Collection[str] = people.strangers({person for _, person in places})
    for path, person in places:
        if person in unknown:
            yield rota_reasons.fault(path, Reason.NOBODY_OF_THIS_ID, person=person)


def _named(plan: Plan) -> Iterator[tuple[Path, str]]:
    yield ("fallback",), plan.fallback
    for place, layer in enumerate(plan.layers):
        if isinstance(layer, Listed):
            for number, (_, person) in enumerate(layer.shifts):
                yield ("layers", place, "shifts", number, "person"), person
        else:
            for number, person in enumerate(layer.people):
                yield ("layers", place, "people", number), person


def _in_override(made: Override) -> Iterator[tuple[Path, str]]:
    yield ("person",), made.person
    if made.replaces:
        yield ("replaces",), made.replaces
