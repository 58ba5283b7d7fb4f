"""Against forged requests: whatever a page sends must come from our page, in her session."""

from __future__ import annotations

import asyncio
import hmac
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.web.problems import Problem, Refused
from services.portal import faults, links
from services.portal.access import local_path, open_to_all, signed_in
from services.portal.identity import COOKIE, address_of, device_of, forget, remember

__all__ = [
    "COOKIE",
    "FORM_LIMIT",
    "NOBODYS_LIMIT",
    "FormGuard",
    "address_of",
    "check_token",
    "device_of",
    "forget",
    "local_path",
    "open_to_all",
    "read_body",
    "remember",
    "signed_in",
]

FORM_LIMIT = 1024 * 1024
NOBODYS_LIMIT = 64 * 1024
BODY_WITHIN_S = 60.0
FIELD, HEADER = "csrf", "X-CSRF-Token"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
_FORGED = Problem(
    HTTPStatus.FORBIDDEN,
    "not-from-our-page",
    "This did not come from a page of ours in your present session. Nothing was done: "
    "open the page again and send it from there.",
)
_SLOW = Problem(HTTPStatus.REQUEST_TIMEOUT, "body-too-slow", "The body did not come in time.")


class FormGuard:
    """Lets a page's unsafe request through only with the token of its session.

    The body is read here, up to `FORM_LIMIT` (less from nobody we know), and handed on as it came.
    The API checks for itself, and so do the pages behind links in messages.
    """

    def __init__(self, app: ASGIApp, *, origin: str) -> None:
        self._app, self._origin = app, origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is safe or proved; answer 403 to the rest."""
        if scope["type"] != "http" or scope["method"] in READING:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            refuse_foreign_origin(request, self._origin)
            replay = receive if faults.is_api(request) else await _proved(request)
        except Refused as refused:
            await faults.answer(request, refused.problem)(scope, receive, send)
            return
        except HTTPException as unreadable:
            answer = await faults.on_http_exception(request, unreadable)
            await answer(scope, receive, send)
            return
        await self._app(scope, replay, send)


def refuse_foreign_origin(request: Request, origin: str) -> None:
    """Refuse what a browser says was sent by another site's page.

    A page behind a link keeps its address to itself, so browsers hide the origin of its form.

    Raises:
        Refused: the Origin header names another host than ours.

    """
    sender = request.headers.get("Origin")
    if sender in (None, origin):
        return
    if sender == links.HIDDEN and links.is_by_link(request.url.path):
        return
    if _host_of(str(sender)) != request.headers.get("Host"):
        raise Refused(_FORGED)


def _host_of(origin: str) -> str:
    """Return the host and port of an origin; where it has none, nothing that is a host."""
    try:
        return urlsplit(origin).netloc or "?"
    except ValueError:
        return "?"


def check_token(request: Request, shown: str | None) -> None:
    """Compare a shown token with that of the session, in constant time.

    Raises:
        Refused: it is missing or another one.

    """
    wanted = request.state.person.csrf.encode()
    if not hmac.compare_digest((shown or "").encode(), wanted):
        raise Refused(_FORGED)


async def read_body(request: Request, limit: int, within_s: float = BODY_WITHIN_S) -> bytes:
    """Return the body of a request.

    Raises:
        Refused: it is longer than `limit` bytes, or did not come in time.

    """
    declared = request.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise Refused(_too_large(limit))
    try:
        async with asyncio.timeout(within_s):
            return await _read(request, limit)
    except TimeoutError:
        raise Refused(_SLOW) from None


async def _read(request: Request, limit: int) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise Refused(_too_large(limit))
    return bytes(body)


def _too_large(limit: int) -> Problem:
    detail = f"A body may have {limit // 1024} KiB at the most."
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", detail)


async def _proved(request: Request) -> Receive:
    """Return the body to be received again, once its token is found right."""
    is_known = request.state.person is not None and not links.is_by_link(request.url.path)
    body = await read_body(request, FORM_LIMIT if is_known else NOBODYS_LIMIT)
    if is_known:
        check_token(request, request.headers.get(HEADER) or await _field(request, body))
    return _again(body, request.receive)


async def _field(request: Request, body: bytes) -> str | None:
    form = Request(request.scope, _again(body, request.receive))
    async with form.form() as fields:
        value = fields.get(FIELD)
        return value if isinstance(value, str) else None


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a channel that gives the body once more, then what really comes next."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return waiting.pop() if waiting else await receive()

    return replayed
