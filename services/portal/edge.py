"""Around every request: its trace, the security headers, the time it took, and no loose errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from time import monotonic

from pymongo.errors import PyMongoError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.logs import get_logger
from services.chassis.metrics import Metrics
from services.chassis.storage.faults import count_fault
from services.chassis.traceparent import TRACEPARENT, following
from services.chassis.tracing import Kind, Span, Tracing
from services.chassis.web.problems import Problem, Refused
from services.portal import faults, links

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
TRANSPORT = "max-age=31536000; includeSubDomains"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OWN = ("/health/", "/metrics", "/static/")
_log = get_logger(__name__)


@dataclass
class _Told:
    """What has been answered so far; 499 stands for one who left before an answer."""

    status: int = 499
    since: float = field(default_factory=monotonic)


class Edge:
    """The outermost middleware."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, is_https: bool, tracing: Tracing | None = None
    ) -> None:
        self._app = app
        self._metrics, self._tracing = metrics, tracing or Tracing()
        self._headers = {
            **HEADERS,
            **({"Strict-Transport-Security": TRANSPORT} if is_https else {}),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens behind."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        span = self._tracing.begin(Kind.SERVER, Headers(scope=scope).get(TRACEPARENT))
        scope.setdefault("state", {})["traceparent"] = span.traceparent
        told = _Told()
        with following(span.traceparent):
            try:
                await self._answer(scope, receive, self._dressed(scope, send, told), told)
            finally:
                self._tell(scope, told, span)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, told: _Told) -> None:
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            return
        except Exception as error:
            if told.status != _Told.status:
                raise
            count_fault(self._metrics, error)
            response = _told_of(Request(scope), _problem_of(error))
            await response(scope, receive, send)

    def _dressed(self, scope: Scope, send: Send, told: _Told) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                told.status = message["status"]
                headers = MutableHeaders(scope=message)
                if links.is_by_link(scope["path"]):
                    headers.update(links.HEADERS)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        return dressed

    def _tell(self, scope: Scope, told: _Told, span: Span) -> None:
        if scope["path"].startswith(_OWN):
            return
        seconds, route = monotonic() - told.since, _template(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        labels = (method, route, f"{told.status // 100}xx")
        self._metrics.http_seconds.labels(*labels).observe(seconds)
        _log.info(
            "request",
            route=route,
            method=method,
            status=told.status,
            ms=round(seconds * 1000, 1),
        )
        span.end(
            f"{method} {route}",
            has_failed=told.status >= HTTPStatus.INTERNAL_SERVER_ERROR,
            method=method,
            route=route,
            status=told.status,
        )


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, Refused):
        return error.problem
    if isinstance(error, PyMongoError):
        _log.warning("database_silent", exc_info=error)
        return faults.UNAVAILABLE
    _log.error("request_failed", exc_info=error)
    return faults.INTERNAL


def _told_of(request: Request, problem: Problem) -> Response:
    """Return the answer for an error; plain text where the page for it fails as well."""
    try:
        return faults.answer(request, problem)
    except Exception as error:
        _log.error("fault_page_failed", exc_info=error)
        return faults.plain_page(request, problem)


def _template(scope: Scope) -> str:
    """Return the path as it is declared, so that no reference becomes a label."""
    return getattr(scope.get("route"), "path", "") or "unmatched"
