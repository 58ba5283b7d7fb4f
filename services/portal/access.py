"""Who may use a route: each one says so, and the portal does not start while one does not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.chassis.auth import Role
from services.chassis.web.problems import Problem, Refused
from services.portal.accounts import Scope

Endpoint = Callable[[Request], Awaitable[Response]]
FORBIDDEN = Problem(HTTPStatus.FORBIDDEN, "forbidden", "This is not for your role.")


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may: everybody, or people with one of the roles and API keys with the scope."""

    roles: frozenset[Role] = frozenset()
    scope: Scope | None = None
    everybody: bool = False


class UnguardedRoute(Exception):
    """A route does not say who may use it."""


def allowing(allowed: Allowed, endpoint: Endpoint) -> Endpoint:
    """Write on an endpoint who may use it."""
    endpoint.allowed = allowed  # type: ignore[attr-defined]  # functions may carry what they say
    return endpoint


def allowed_of(route: BaseRoute) -> Allowed | None:
    """Return who may use a route, or None where that is not said."""
    return getattr(getattr(route, "endpoint", None), "allowed", None)


def open_to_all(endpoint: Endpoint) -> Endpoint:
    """Let everybody in, signed in or not."""
    return allowing(Allowed(everybody=True), endpoint)


def signed_in(*roles: Role) -> Callable[[Endpoint], Endpoint]:
    """Let in people with one of these roles; with none given, everybody who is signed in.

    Others are sent to the sign-in page, or refused (403) if they are signed in.
    """
    allowed = Allowed(frozenset(roles or Role))

    def guard(endpoint: Endpoint) -> Endpoint:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            person = request.state.person
            if person is None:
                return _to_sign_in(request)
            if person.role not in allowed.roles:
                raise Refused(FORBIDDEN)
            return await endpoint(request)

        return allowing(allowed, guarded)

    return guard


def refuse_unguarded(routes: Iterable[BaseRoute]) -> None:
    """Make sure that every route says who may use it; files of our own are for everybody.

    Raises:
        UnguardedRoute: with the path of one that does not.

    """
    for route in routes:
        if isinstance(route, Mount) and isinstance(route.app, StaticFiles):
            continue
        if isinstance(route, Mount) and route.routes:
            refuse_unguarded(route.routes)
        elif not isinstance(route, Route) or allowed_of(route) is None:
            raise UnguardedRoute(getattr(route, "path", repr(route)))


def local_path(text: str | None) -> str:
    """Return a path to go on to after signing in: only ever one of our own pages."""
    if text and text.startswith("/") and not text.startswith(("//", "/\\")):
        return text
    return "/"


def _to_sign_in(request: Request) -> Response:
    here = request.url.path if request.method == "GET" else "/"
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    target = f"/sign-in?next={quote(here + query, safe='/')}"
    if request.headers.get("HX-Request"):
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={"HX-Redirect": target})
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)
