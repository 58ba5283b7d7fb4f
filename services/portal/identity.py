"""Who asks: an API key in the Authorization header, or else a person's session cookie."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as AsgiScope

from services.chassis.clock import now
from services.portal.accounts import Accounts, KeyHolder, KeyRefused, Person, SignIn
from services.portal.accounts.devices import KNOWN_FOR
from services.portal.accounts.sessions import ABSOLUTE
from services.portal.faults import API

COOKIE = "ttp_session"
DEVICE = "ttp_device"
STREAM = f"{API}v1/alerts/stream"
RENEWAL = "/account/notifications/renewal"
_BY_ITSELF = frozenset({STREAM, RENEWAL})
_ANONYMOUS = ("/static/", "/health/", "/metrics")


class Identity:
    """Finds who asks and puts her, or the API key's holder, on `request.state`.

    `person`, `key_holder` and `refusal` (why a key was not taken) are always there, mostly None.
    A key counts on the API only, and where one is shown the cookie is not looked at.
    """

    def __init__(self, app: ASGIApp, *, accounts: Accounts) -> None:
        self._app, self._accounts = app, accounts

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Pass the request on with who asks written on it."""
        if scope["type"] == "http":
            request = Request(scope)
            request.state.person = request.state.key_holder = request.state.refusal = None
            if not scope["path"].startswith(_ANONYMOUS):
                await self._recognise(request)
        await self._app(scope, receive, send)

    async def _recognise(self, request: Request) -> None:
        shown = request.headers.get("Authorization") if request.url.path.startswith(API) else None
        if shown is None:
            request.state.person = await self._person(request)
            return
        try:
            request.state.key_holder = await self._holder(shown)
        except KeyRefused as refused:
            request.state.refusal = str(refused)

    async def _holder(self, shown: str) -> KeyHolder:
        kind, _, text = shown.partition(" ")
        if kind.lower() != "bearer":
            raise KeyRefused("Send the API key as `Authorization: Bearer ttp_…`.")
        return await self._accounts.agencies.holder(text.strip(), now())

    async def _person(self, request: Request) -> Person | None:
        """Return who is signed in; what a browser does by itself is no sign of life."""
        token = request.cookies.get(COOKIE)
        is_used = request.url.path not in _BY_ITSELF
        return await self._accounts.person(token, touch=is_used) if token else None


def address_of(request: Request) -> str:
    """Return the network address that a request comes from."""
    return request.client.host if request.client else ""


def device_of(request: Request) -> str:
    """Return the token of the device that a request comes from, empty where it has none."""
    return request.cookies.get(DEVICE, "")


def remember(response: Response, signed: SignIn, *, is_https: bool) -> Response:
    """Put a new session into the browser's cookie."""
    response.set_cookie(
        COOKIE,
        signed.token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_https,
    )
    response.set_cookie(
        DEVICE,
        signed.device,
        max_age=int(KNOWN_FOR.total_seconds()),
        path="/sign-in",
        httponly=True,
        samesite="lax",
        secure=is_https,
    )
    return response


def forget(response: Response, *, is_https: bool) -> Response:
    """Take the session out of the browser."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=is_https)
    return response
