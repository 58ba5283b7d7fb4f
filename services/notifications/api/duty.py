"""Rotas: who is on duty in an area, for caseworkers to see and for managers to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from services.chassis.auth import CASEWORKERS, MANAGERS
from services.chassis.ids import new_id
from services.chassis.web.entrypoint import Answer, Request, door
from services.chassis.web.problems import Refused
from services.notifications.domain import errors
from services.notifications.domain.errors import RotaWrong
from services.notifications.domain.layers import Listed
from services.notifications.domain.rota import Rota
from services.notifications.domain.rota_plan import Override, swapped
from services.notifications.domain.wall import Window
from services.notifications.schemas import calendars, rotas
from services.notifications.schemas import duty as schemas
from services.notifications.usecases import duty

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.OverrideUnknown: HTTPStatus.NOT_FOUND,
    errors.RotaSavedMeanwhile: HTTPStatus.CONFLICT,
    errors.RotaUnknown: HTTPStatus.NOT_FOUND,
}


class DutyDoors:
    """Who is on duty, and who is to be."""

    parts: Any

    @door(
        "GET",
        "/rotas",
        roles=CASEWORKERS,
        query=schemas.RotasQuery,
        answer=rotas.RotaList,
        public=False,
        summary="List the rotas of an area, with who is on duty now.",
    )
    def list_rotas(self, request: Request) -> Any:
        """Return the rotas; of an area that is not hers, none."""
        found = self.parts.rotas.under(request.context).of_area(request.query["area"])
        return {"items": [self._shown(rota, request) for rota in found]}

    @door(
        "GET",
        "/rotas/<area>/<tier>",
        roles=CASEWORKERS,
        answer=rotas.RotaView,
        public=False,
        summary="Read a rota, with who is on duty now and the gaps to come.",
    )
    def read_rota(self, request: Request) -> Any:
        """Return the rota."""
        return self._shown(self._rota(request), request)

    @door(
        "PUT",
        "/rotas/<area>/<tier>",
        roles=MANAGERS,
        body=schemas.SaveRota,
        answer=rotas.RotaView,
        public=False,
        summary="Save the plan of a rota, made from the version that is named.",
    )
    def save_rota(self, request: Request) -> Any:
        """Return the rota as it now is; its overrides stay."""
        with _faults_told():
            saved = duty.save_rota(
                *self._at_hand(request), request.body["plan"], _saving(request, request.body)
            )
        return self._shown(saved, request)

    @door(
        "POST",
        "/rotas/<area>/<tier>/overrides",
        roles=MANAGERS,
        body=schemas.AddOverride,
        answer=rotas.RotaView,
        public=False,
        summary="Have somebody stand in for a time.",
    )
    def add_override(self, request: Request) -> Any:
        """Return the rota as it now is."""
        told = request.body
        window = Window(told["begins"], told["ends"])
        made = Override(new_id(), window, told["person"], told["replaces"])
        with _faults_told():
            saved = duty.add_override(*self._at_hand(request), made, _saving(request, told))
        return self._shown(saved, request)

    @door(
        "POST",
        "/rotas/<area>/<tier>/swaps",
        roles=MANAGERS,
        body=schemas.SwapShifts,
        answer=rotas.RotaView,
        public=False,
        summary="Have two people take each other's shift.",
    )
    def swap_shifts(self, request: Request) -> Any:
        """Return the rota as it now is, with two more overrides."""
        told = request.body
        made = swapped(told["first"], told["second"], (new_id(), new_id()))
        with _faults_told():
            saved = duty.swap_shifts(*self._at_hand(request), made, _saving(request, told))
        return self._shown(saved, request)

    @door(
        "DELETE",
        "/rotas/<area>/<tier>/overrides/<id>",
        roles=MANAGERS,
        query=schemas.TakeBackQuery,
        answer=rotas.RotaView,
        public=False,
        summary="Take an override back, or both halves of a swap.",
    )
    def take_override_back(self, request: Request) -> Any:
        """Return the rota as it now is."""
        kept, _, which = self._at_hand(request)
        with _faults_told():
            saved = duty.take_override_back(
                kept, which, request.path["id"], _saving(request, request.query)
            )
        return self._shown(saved, request)

    @door(
        "GET",
        "/rotas/<area>/<tier>/shifts",
        roles=CASEWORKERS,
        query=schemas.ShiftsQuery,
        answer=rotas.ShiftsView,
        public=False,
        summary="List who is on duty when, and when only the fallback is.",
    )
    def list_shifts(self, request: Request) -> Any:
        """Return the shifts of a time, overrides taken into account."""
        rota, span = self._rota(request), (request.query["since"], request.query["until"])
        gaps = rota.gaps(*span)
        return {"fallback": rota.plan.fallback, "items": rota.shifts(*span), "gaps": gaps}

    @door(
        "GET",
        "/rotas/<area>/<tier>/calendar",
        roles=CASEWORKERS,
        query=schemas.CalendarQuery,
        public=False,
        summary="Read the shifts of the next weeks as an iCalendar text.",
    )
    def write_calendar(self, request: Request) -> Any:
        """Return text/calendar."""
        rota, weeks = self._rota(request), timedelta(weeks=request.query["weeks"])
        shifts = rota.shifts(request.at, request.at + weeks)
        people = self.parts.directory.of_ids({each.person for each in shifts})
        names = {person.id: person.display_name for person in people}
        text = calendars.written(rota, shifts, lambda person: names.get(person, person))
        return Answer(text, media_type=calendars.MEDIA_TYPE)

    @door(
        "POST",
        "/rotas/<area>/<tier>/calendar",
        roles=MANAGERS,
        body=schemas.ImportCalendar,
        answer=rotas.RotaView,
        public=False,
        summary="Take the events of an iCalendar text as overrides, or as the shifts of a layer.",
    )
    def take_calendar_in(self, request: Request) -> Any:
        """Return the rota as it now is; of a calendar with a fault nothing is stored."""
        told, rota = request.body, self._rota(request)
        kept, saving = self._at_hand(request), _saving(request, request.body)
        with _faults_told():
            found = calendars.read(
                told["calendar"], rota.zone, self._names(rota, told["people"]), request.at
            )
            if told["taken_as"] == "layer":
                saved = duty.take_layer_in(*kept, Listed(told["team"], found), saving)
            else:
                made = [Override(new_id(), window, person) for window, person in found]
                saved = duty.take_overrides_in(*kept, made, saving)
        return self._shown(saved, request)

    def _names(self, rota: Rota, told: Mapping[str, str]) -> calendars.Names:
        people = self.parts.directory.everybody()
        return calendars.names_of(people, rota.plan.everybody, told)

    def _shown(self, rota: Rota, request: Request) -> duty.Shown:
        return duty.show(rota, request.at, self.parts.duty.gone(rota))

    def _rota(self, request: Request) -> Rota:
        rotas, _, which = self._at_hand(request)
        rota: Rota = rotas.load(which.id)
        return rota

    def _at_hand(self, request: Request) -> tuple[Any, Any, duty.Which]:
        which = schemas.which(request.path["area"], request.path["tier"])
        return self.parts.rotas.under(request.context), self.parts.directory, which


def _saving(request: Request, told: Mapping[str, Any]) -> duty.Saving:
    return duty.Saving(
        by=request.principal.id,
        at=request.at,
        version=told["version"],
        accepts_gaps=told.get("accept_gaps", False),
    )


@contextmanager
def _faults_told() -> Iterator[None]:
    try:
        yield
    except RotaWrong as wrong:
        raise Refused(schemas.problem(wrong.faults)) from None
