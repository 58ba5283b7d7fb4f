"""The HTTP door: who may be called, and how each of them wants to be told."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from services.chassis.auth import CASEWORKERS, MANAGERS, THE_PORTAL
from services.chassis.ids import new_id
from services.chassis.web.entrypoint import Request, door
from services.notifications.domain import errors
from services.notifications.repository import Responders
from services.notifications.schemas import responders as schemas
from services.notifications.usecases import responding

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.AreaNotYours: HTTPStatus.FORBIDDEN,
    errors.ResponderActive: HTTPStatus.CONFLICT,
    errors.Unreachable: HTTPStatus.UNPROCESSABLE_ENTITY,
}


class ResponderDoors:
    """What the portal tells of staff, and what people choose for themselves."""

    parts: Any

    @door("PUT", "/responders", roles=THE_PORTAL, body=schemas.TellResponders, public=False)
    def tell_responders(self, request: Request) -> None:
        """Bring the records to what the portal tells."""
        told = request.body
        everybody = None if told["everybody"] is None else frozenset(told["everybody"])
        responding.take_in(_responders(self.parts, request), told["people"], everybody)

    @door("POST", "/responders/<id>/erasure", roles=THE_PORTAL, public=False)
    def erase_responder(self, request: Request) -> None:
        """Forget the name and every address of somebody who is no longer active."""
        responding.erase_methods(_responders(self.parts, request), request.path["id"])

    @door(
        "GET",
        "/responders",
        roles=MANAGERS,
        query=schemas.RespondersQuery,
        answer=schemas.ResponderList,
        summary="List who may be called in an area, and by which channels.",
    )
    def list_responders(self, request: Request) -> Any:
        """Return everybody active, without addresses."""
        found = responding.list_reachable(
            self.parts.directory, request.query["area"], request.principal.areas
        )
        return {"items": found}

    @door(
        "GET",
        "/channels",
        roles=CASEWORKERS,
        answer=schemas.ChannelsView,
        public=False,
        summary="Read by which channels anything can be sent.",
    )
    def list_channels(self, _request: Request) -> Any:
        """Return the channels, and the key by which a browser subscribes."""
        found = sorted(each.value for each in self.parts.send.channels)
        return {"items": found, "push_key": self.parts.push_key}

    @door(
        "GET",
        "/responders/me",
        roles=CASEWORKERS,
        answer=schemas.OwnView,
        summary="Read how you are told, with your own addresses.",
    )
    def read_own(self, request: Request) -> Any:
        """Return the record of the one who asks."""
        return responding.read_own(_responders(self.parts, request), request.principal.id)

    @door(
        "PUT",
        "/responders/me/methods",
        roles=CASEWORKERS,
        body=schemas.ChooseMethods,
        answer=schemas.OwnView,
        summary="Choose the ways in which you are told; at least one remains.",
    )
    def choose_methods(self, request: Request) -> Any:
        """Return the record as it now is."""
        wanted = request.body["methods"]
        return responding.choose_methods(
            _responders(self.parts, request),
            request.principal.id,
            wanted,
            [new_id() for _ in wanted],
        )

    @door(
        "PUT",
        "/responders/me/preferences",
        roles=CASEWORKERS,
        body=schemas.ChoosePreferences,
        answer=schemas.OwnView,
        summary="Choose when you are told of what is not high risk.",
    )
    def choose_preferences(self, request: Request) -> Any:
        """Return the record as it now is."""
        return responding.choose_preferences(
            _responders(self.parts, request), request.principal.id, request.body
        )


def _responders(parts: Any, request: Request) -> Responders:
    responders: Responders = parts.responders.under(request.context)
    return responders
