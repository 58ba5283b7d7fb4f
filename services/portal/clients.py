"""The four services, asked on behalf of somebody: a signed token, a bounded wait, one retry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from time import monotonic
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from prometheus_client import Histogram

from services.chassis import auth, clock
from services.chassis.auth import Principal
from services.chassis.logs import describe, get_logger
from services.chassis.traceparent import (
    TRACEPARENT,
    current_traceparent,
    root_traceparent,
    trace_id,
)
from services.chassis.tracing import Kind, Tracing
from services.chassis.web.problems import MEDIA_TYPE, Problem
from services.portal.faults import INTERNAL, UNAVAILABLE

TIMES = httpx.Timeout(connect=1.0, read=12.0, write=5.0, pool=2.0)
LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=50, keepalive_expiry=15.0)
QUERY_LIMIT = 4096
_PATH = re.compile(r"(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+")
_KEY = re.compile(r"[ -~]{1,200}")
_NOWHERE = Problem(HTTPStatus.NOT_FOUND, "not-found", "There is nothing at this address.")
_BAD_KEY = Problem(
    HTTPStatus.BAD_REQUEST,
    "bad-idempotency-key",
    "An Idempotency-Key has 1 to 200 characters of ASCII.",
)
_TOO_LONG = Problem(
    HTTPStatus.REQUEST_URI_TOO_LONG,
    "query-too-long",
    f"What follows the ? of an address has {QUERY_LIMIT} characters at the most.",
)
_STALE = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
_log = get_logger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a service answered, as it came; a service that does not answer makes a 503 problem."""

    status: int
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def body(self) -> dict[str, Any]:
        """Return the JSON object of the answer; an empty one where there is none."""
        try:
            found = json.loads(self.content or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def is_done(self) -> bool:
        """Was the request done?"""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to one service; `query` is a URL's query string, `content` a JSON body."""

    service: str
    method: str
    path: str
    query: str = ""
    content: bytes = b""
    idempotency_key: str | None = None

    @property
    def is_repeatable(self) -> bool:
        """Does doing it twice do it once?"""
        return self.method == "GET" or self.idempotency_key is not None

    @property
    def fault(self) -> Problem | None:
        """Return why it cannot be sent: it might lead elsewhere than it says, or not be read."""
        if _PATH.fullmatch(self.path) is None:
            return _NOWHERE
        if self.idempotency_key is not None and _KEY.fullmatch(self.idempotency_key) is None:
            return _BAD_KEY
        return _TOO_LONG if len(self.query) > QUERY_LIMIT else None


class Services:
    """Asks the services over pooled connections."""

    def __init__(
        self,
        upstreams: Mapping[str, str],
        key: Ed25519PrivateKey,
        seconds: Histogram,
        *,
        now: Callable[[], datetime] = clock.now,
        tracing: Tracing | None = None,
    ) -> None:
        self._tracing = tracing or Tracing()
        self._upstreams, self._key, self._seconds, self._now = upstreams, key, seconds, now
        self._client = httpx.AsyncClient(timeout=TIMES, limits=LIMITS, trust_env=False)

    async def call(
        self,
        service: str,
        method: str,
        path: str,
        principal: Principal,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        idempotency_key: str | None = None,
    ) -> Answer:
        """Ask a service on behalf of a principal and return what it answers, problems too."""
        query = str(httpx.QueryParams({k: v for k, v in (params or {}).items() if v is not None}))
        content = _written(json)
        return await self.ask(
            Ask(service, method, path, query, content, idempotency_key), principal
        )

    async def ask(self, ask: Ask, principal: Principal) -> Answer:
        """Send a request as it stands; once more if the connection was stale and it is harmless.

        What is typed by people becomes a part of paths and headers, so both are looked at here.
        """
        if ask.fault is not None:
            return _told(ask.fault, principal)
        since = monotonic()
        answer = await self._tried(ask, principal)
        status = "none" if answer is None else f"{answer.status // 100}xx"
        self._seconds.labels(ask.service, status).observe(monotonic() - since)
        if answer is None:
            return _told(UNAVAILABLE, principal)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            _log.error("token_refused", upstream=ask.service)
            return _told(INTERNAL, principal)
        return answer

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _tried(self, ask: Ask, principal: Principal) -> Answer | None:
        """Return the answer; None, with a line in the log, if there is none."""
        try:
            return await self._send_again_if_stale(ask, principal)
        except httpx.TransportError as error:
            _log.warning("service_silent", upstream=ask.service, why=describe(error))
            return None

    async def _send_again_if_stale(self, ask: Ask, principal: Principal) -> Answer:
        """Send; a second time where a kept connection had been closed at the other end."""
        try:
            return await self._send(ask, principal)
        except _STALE:
            if not ask.is_repeatable:
                raise
            return await self._send(ask, principal)

    async def _send(self, ask: Ask, principal: Principal) -> Answer:
        span, status = self._tracing.begin(Kind.CLIENT, _asked_in(principal)), 0
        headers = self._headers(ask, principal, span.traceparent)
        try:
            answer = await self._asked(ask, headers)
            status = answer.status
        finally:
            span.end(
                f"ask {ask.service}",
                has_failed=not 0 < status < HTTPStatus.INTERNAL_SERVER_ERROR,
                method=ask.method,
                upstream=ask.service,
                status=status,
            )
        return answer

    async def _asked(self, ask: Ask, headers: Mapping[str, str]) -> Answer:
        url = f"{self._upstreams[ask.service]}{ask.path}" + (f"?{ask.query}" if ask.query else "")
        response = await self._client.request(
            ask.method, url, content=ask.content or None, headers=headers
        )
        return Answer(response.status_code, response.content, response.headers)

    def _headers(self, ask: Ask, principal: Principal, traceparent: str) -> dict[str, str]:
        token = auth.issue(principal, audience=ask.service, key=self._key, now=self._now())
        headers = {
            "Authorization": f"Bearer {token}",
            TRACEPARENT: traceparent,
        }
        if ask.content:
            headers["Content-Type"] = "application/json"
        if ask.idempotency_key is not None:
            headers["Idempotency-Key"] = ask.idempotency_key
        return headers


def _asked_in(principal: Principal) -> str:
    """Return the span that asks; what is asked in a trace of its own begins that."""
    current = current_traceparent()
    if principal.trace and trace_id(current) != principal.trace:
        return root_traceparent(principal.trace)
    return current


def _written(value: Any) -> bytes:
    return b"" if value is None else json.dumps(value, ensure_ascii=False).encode()


def _told(problem: Problem, principal: Principal) -> Answer:
    """Return a problem of ours as an answer."""
    headers = {"Content-Type": MEDIA_TYPE, **problem.headers}
    return Answer(int(problem.status), json.dumps(problem.body(principal.trace)).encode(), headers)
