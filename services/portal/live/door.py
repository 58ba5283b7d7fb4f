"""The door of the live stream: `GET /api/v1/alerts/stream`, as server-sent events."""

from __future__ import annotations

from http import HTTPStatus

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.chassis import clock
from services.chassis.auth import CASEWORKERS
from services.chassis.web.problems import Problem, Refused
from services.portal.access import FORBIDDEN, Allowed
from services.portal.api import guarded
from services.portal.identity import STREAM
from services.portal.live.catching_up import within_reach
from services.portal.live.change import BadCursor, Cursor
from services.portal.live.hub import STREAMS_OF_ONE
from services.portal.live.stream import Stream

PING_EVERY_S = 15
WRITTEN_WITHIN_S = 30
_TOO_MANY = Problem(
    HTTPStatus.TOO_MANY_REQUESTS,
    "too-many-streams",
    f"You have {STREAMS_OF_ONE} streams open. Close one, then open this again.",
    headers={"Retry-After": "30"},
)


def routes() -> list[BaseRoute]:
    """Return the door of the stream; its path goes before those with variables."""
    return [Route(STREAM, guarded(Allowed(CASEWORKERS), open_stream))]


async def open_stream(request: Request) -> Response:
    """Write alerts to her page from where she stopped reading, or from now on."""
    # What is written here counts as shown to her: only a page of ours may open it in a browser.
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Refused(FORBIDDEN)
    person, desk = request.state.person, request.app.state.live
    if not desk.hub.has_room_for(person):
        raise Refused(_TOO_MANY)
    stream = Stream(person, _position(request))
    return EventSourceResponse(
        desk.events(stream),
        ping=PING_EVERY_S,
        ping_message_factory=_ping,
        send_timeout=WRITTEN_WITHIN_S,
    )


def _ping() -> ServerSentEvent:
    """Return a sign of life that a page can hear, unlike a comment: silence means no connection."""
    return ServerSentEvent("-", event="ping", sep="\n")


def _position(request: Request) -> Cursor:
    """Return where to begin: the header of a browser that reconnects goes before the address."""
    last = request.headers.get("Last-Event-ID") or request.query_params.get("last_event_id")
    if not last:
        return Cursor(clock.now())
    try:
        return within_reach(Cursor.read(last), clock.now())
    except BadCursor as error:
        detail = f"The last event id is not one of ours: {error}."
        raise Refused(Problem(HTTPStatus.BAD_REQUEST, "bad-cursor", detail)) from None
