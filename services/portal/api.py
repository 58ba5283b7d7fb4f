"""The public API v1: admit, pass on, answer. What a service says is relayed as it is said."""

from __future__ import annotations

import re
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.chassis.auth import CASEWORKERS, Principal
from services.chassis.failpoints import reach
from services.chassis.ids import BadReference, read_reference
from services.chassis.web.problems import Problem, Refused
from services.portal import cases, faults
from services.portal.access import FORBIDDEN, Allowed, Endpoint, allowing
from services.portal.clients import Answer, Ask
from services.portal.doors import DOORS, PREFIX, PublicDoor
from services.portal.security import HEADER, READING, check_token, read_body

BODY_LIMIT = 256 * 1024
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
RELAYED = ("Content-Type", "Retry-After", "Idempotent-Replay")
_SIGN_IN = Problem(
    HTTPStatus.UNAUTHORIZED,
    "unauthenticated",
    "Send an API key as `Authorization: Bearer ttp_…`, or sign in.",
    headers={"WWW-Authenticate": 'Bearer realm="turning-the-page"'},
)
_NOT_JSON = Problem(
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "not-json",
    "Send JSON with `Content-Type: application/json`.",
)


def routes() -> list[BaseRoute]:
    """Return the routes of the API that relay or compose what the services answer."""
    relayed = [_route(door.method, door.path, door.allowed, _relaying(door)) for door in DOORS]
    composed = _route("GET", "/cases/{reference}", Allowed(CASEWORKERS), _read_case)
    return [*relayed, composed]


def guarded(allowed: Allowed, endpoint: Endpoint) -> Endpoint:
    """Let only those in who may use a door of the API."""

    async def admitted(request: Request) -> Response:
        admit(request, allowed)
        return await endpoint(request)

    return allowing(allowed, admitted)


def admit(request: Request, allowed: Allowed) -> None:
    """Refuse who is not known, may not, or was sent here by another site's page.

    Raises:
        Refused: 401, 403.

    """
    state = request.state
    if state.key_holder is not None:
        if allowed.scope not in state.key_holder.scopes:
            raise Refused(FORBIDDEN)
    elif state.person is None:
        raise Refused(_unauthenticated(state.refusal))
    elif state.person.role not in allowed.roles:
        raise Refused(FORBIDDEN)
    elif request.method not in READING:
        check_token(request, request.headers.get(HEADER))


def principal_of(request: Request) -> Principal:
    """Return who asks, as the services know her."""
    caller = request.state.key_holder or request.state.person
    principal: Principal = caller.principal(faults.trace_of(request))
    return principal


def relayed(answer: Answer) -> Response:
    """Return a service's answer as ours; a `Location` leads back through the portal."""
    headers = {name: answer.headers[name] for name in RELAYED if name in answer.headers}
    if "Location" in answer.headers:
        headers["Location"] = PREFIX + answer.headers["Location"]
    return Response(answer.content, answer.status, headers)


def _route(method: str, path: str, allowed: Allowed, endpoint: Endpoint) -> BaseRoute:
    return Route(PREFIX + path, guarded(allowed, endpoint), methods=[method])


def _relaying(door: PublicDoor) -> Endpoint:
    async def relay(request: Request) -> Response:
        ask = Ask(
            door.service,
            door.method,
            door.path.format(**_variables(request)),
            request.url.query,
            await _json_body(request),
            request.headers.get("Idempotency-Key"),
        )
        answer = await request.app.state.services.ask(ask, principal_of(request))
        reach("relayed")
        return relayed(answer)

    return relay


async def _read_case(request: Request) -> Response:
    reference = _variables(request)["reference"]
    return relayed(
        await cases.compose(request.app.state.services, reference, principal_of(request))
    )


def _variables(request: Request) -> dict[str, str]:
    """Return the path's variables; whatever is no reference and no code leads nowhere."""
    try:
        return {name: _variable(name, text) for name, text in request.path_params.items()}
    except BadReference as error:
        problem = Problem(HTTPStatus.NOT_FOUND, "not-found", f"There is nothing here: {error}.")
        raise Refused(problem) from None


def _variable(name: str, text: str) -> str:
    if name == "reference":
        return read_reference(text)
    if _CODE.fullmatch(text) is None:
        raise BadReference("a code has small letters, digits and _ . - only")
    return text


async def _json_body(request: Request) -> bytes:
    """Return the body of a write; only its type is looked at here, the service reads it."""
    if request.method in READING:
        return b""
    body = await read_body(request, BODY_LIMIT)
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if body and kind != "application/json":
        raise Refused(_NOT_JSON)
    return body


def _unauthenticated(refusal: str | None) -> Problem:
    if refusal is None:
        return _SIGN_IN
    headers = {"WWW-Authenticate": 'Bearer realm="turning-the-page", error="invalid_token"'}
    return Problem(HTTPStatus.UNAUTHORIZED, "api-key-refused", refusal, headers=headers)
