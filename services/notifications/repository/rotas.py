"""Rotas in the database, and all of them at hand for whoever must know at once who is on duty."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, time
from time import monotonic
from typing import Any, ClassVar

from services.chassis.auth import Principal
from services.chassis.logs import describe, get_logger
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape
from services.chassis.storage.refusals import NotFound
from services.chassis.storage.scope import of_areas
from services.notifications.domain import escalation
from services.notifications.domain.escalation import Tells
from services.notifications.domain.layers import (
    Hours,
    Layer,
    Listed,
    Piece,
    Rotation,
    Turn,
    Unit,
    Weekday,
)
from services.notifications.domain.rota import OnDuty, Rota, Save, rota_id
from services.notifications.domain.rota_plan import Override, Plan
from services.notifications.domain.wall import Window
from services.notifications.repository.last_known import AtHand, StaleReads

OF_AREA = Shape("rotas_of_area", index="area", equal=("area",), sort=(("tier", 1),))
ALL = Shape("all_rotas", index="area", sort=(("area", 1), ("tier", 1)))
_log = get_logger(__name__)


class Rotas(Repository[Rota]):
    """The rotas of this service: one for each area and tier, and no more than a few for an area.

    `edition` is the version of the rota, which a person names when she saves; `version` is that of
    the document.
    """

    collection = "rotas"
    SHAPES: ClassVar[tuple[Shape, ...]] = (OF_AREA, ALL)
    INDEXES: ClassVar[tuple[Index, ...]] = (Index("area", (("area", 1), ("tier", 1)), unique=True),)

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return what caseworkers may see: the rotas of their areas; others see none."""
        return of_areas(principal, "area")

    def create(self, root: Rota, events: Sequence[object]) -> Rota:
        """Create a rota as every repository does.

        Raises:
            NotFound: the area is not one of the principal's.

        """
        who = self.context.principal
        if who is not None and not who.covers(root.area):
            raise NotFound("this area is not one of yours")
        return super().create(root, events)

    def of_area(self, area: str) -> list[Rota]:
        """Return the rotas of an area that the principal may see."""
        found = self._documents.find(self._scoped({"area": area})).sort("tier", 1)
        return [self.read(document) for document in found]

    def documents(self) -> list[Document]:
        """Return all rotas as they are kept."""
        return list(self._documents.find({}).sort(list(ALL.sort)))

    def document(self, root: Rota) -> Document:
        """Return a rota as fields."""
        return {
            "reference": root.reference,
            "case_id": root.case_id,
            "area": root.area,
            "tier": root.tier.value,
            "zone": root.plan.zone,
            "fallback": root.plan.fallback,
            "layers": [_layer(layer) for layer in root.plan.layers],
            "overrides": [_override(each) for each in root.overrides],
            "edition": root.version,
            "accepts_gaps": root.accepts_gaps,
            "saves": [asdict(save) for save in root.saves],
        }

    def root(self, document: Mapping[str, Any]) -> Rota:
        """Return the rota that a document holds."""
        layers = tuple(_read_layer(each) for each in document["layers"])
        return Rota(
            area=document["area"],
            tier=Tells(document["tier"]),
            plan=Plan(document["zone"], document["fallback"], layers),
            version=document["edition"],
            overrides=tuple(_read_override(each) for each in document["overrides"]),
            accepts_gaps=document["accepts_gaps"],
            saves=tuple(Save(**each) for each in document["saves"]),
        )


class Duty:
    """Who is on duty, from all rotas at hand; they are at most some two seconds old.

    While the database is away the last known ones hold; before any could be read there is none, and
    whoever would be called without rotas is called. `there` tells who of some people can be called
    in an area.
    """

    def __init__(
        self,
        rotas: Rotas,
        stale: StaleReads,
        tick: Callable[[], float] = monotonic,
        there: Callable[[str, Sequence[str]], Sequence[str]] = lambda _area, ids: ids,
    ) -> None:
        self._there = there
        self._known = AtHand("rotas", rotas.documents, rotas.read, stale, tick)

    def on_duty(self, area: str, tier: Tells, at: datetime) -> OnDuty | None:
        """Return who is on duty, never nobody; None where no rota is stored or known."""
        try:
            rota = self._known.get(rota_id(area, tier))
            return None if rota is None else rota.on_duty(at)
        except Exception as error:
            _log.error("no_rota_in_use", tier=tier.value, kind=describe(error))
            return None

    def of(self, area: str, at: datetime) -> escalation.Duty:
        """Return who is on duty in an area by tier, and can be called.

        Where nobody on duty can be, the fallback is told. Left out is a tier that has no rota, or
        whose rota names nobody who is there any more: everybody of its role is called.
        """
        found = ((tier, self._there_of(area, tier, at)) for tier in Tells)
        return {tier: people for tier, people in found if people}

    def _there_of(self, area: str, tier: Tells, at: datetime) -> tuple[str, ...]:
        on_duty = self.on_duty(area, tier, at)
        if on_duty is None:
            return ()
        rota = self._known.get(rota_id(area, tier))
        fallback = () if rota is None else (rota.plan.fallback,)
        return tuple(self._there(area, on_duty.people) or self._there(area, fallback))

    def gone(self, rota: Rota) -> frozenset[str]:
        """Return those whom a rota names who can no longer be called in its area."""
        named = sorted(rota.everybody)
        return frozenset(named).difference(self._there(rota.area, named))

    def rotas(self) -> list[Rota]:
        """Return every rota that is known; none before any could be read."""
        try:
            return self._known.all()
        except Exception as error:
            _log.warning("no_rotas_known", kind=describe(error))
            return []


def _layer(layer: Layer) -> Document:
    if isinstance(layer, Listed):
        return {"team": layer.team, "shifts": [_piece(each) for each in layer.shifts]}
    return {
        "team": layer.team,
        "people": list(layer.people),
        "begins": layer.begins.isoformat(),
        "turn": {"unit": layer.turn.unit.value, "length": layer.turn.length},
        "hours": [
            {
                "days": [day.value for day in hours.days],
                "from": hours.begins.isoformat(),
                "until": hours.ends.isoformat(),
            }
            for hours in layer.hours
        ],
    }


def _read_layer(stored: Mapping[str, Any]) -> Layer:
    if "shifts" in stored:
        return Listed(stored["team"], tuple(_read_piece(each) for each in stored["shifts"]))
    turn = Turn(Unit(stored["turn"]["unit"]), stored["turn"]["length"])
    return Rotation(
        team=stored["team"],
        people=tuple(stored["people"]),
        begins=datetime.fromisoformat(stored["begins"]),
        turn=turn,
        hours=tuple(_read_hours(each) for each in stored["hours"]),
    )


def _read_hours(stored: Mapping[str, Any]) -> Hours:
    begins, ends = time.fromisoformat(stored["from"]), time.fromisoformat(stored["until"])
    return Hours(tuple(Weekday(day) for day in stored["days"]), begins, ends)


def _piece(piece: Piece) -> Document:
    window, person = piece
    return {"from": window.begins, "until": window.ends, "person": person}


def _read_piece(stored: Mapping[str, Any]) -> Piece:
    return Window(stored["from"], stored["until"]), stored["person"]


def _override(override: Override) -> Document:
    window = {"from": override.window.begins, "until": override.window.ends}
    told = {name: getattr(override, name) for name in ("id", "person", "replaces", "swap")}
    return window | told


def _read_override(stored: Mapping[str, Any]) -> Override:
    told = {name: stored[name] for name in ("id", "person", "replaces", "swap")}
    return Override(window=Window(stored["from"], stored["until"]), **told)
