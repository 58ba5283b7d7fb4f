"""How much one caller may ask: a token bucket for each account, key or address, in this process."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic

from prometheus_client import Counter
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.web.problems import Problem
from services.portal import faults
from services.portal.identity import address_of
from services.portal.networks import network_of

SWEPT_ABOVE = 10_000
_FREE = ("/static/", "/health/", "/metrics")


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """Token buckets by caller: `rate` requests a second, `burst` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: dict[str, _Bucket] = {}

    @property
    def size(self) -> int:
        """Return how many callers are remembered."""
        return len(self._buckets)

    def take(self, caller: str, now: float) -> float:
        """Take one token; return 0, or how many seconds to wait until there is one again."""
        bucket = self._buckets.get(caller)
        if bucket is None:
            self._sweep(now)
            bucket = self._buckets[caller] = _Bucket(self._burst, now)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._rate
        bucket.tokens -= 1
        return 0

    def _sweep(self, now: float) -> None:
        """Forget callers whose bucket is full again, once there are many."""
        if self.size < SWEPT_ABOVE:
            return
        refilled = self._burst / self._rate
        self._buckets = {who: b for who, b in self._buckets.items() if now - b.at < refilled}


class RateLimit:
    """Asks those who ask too much to come again in a moment."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        buckets: Buckets,
        refused: Counter,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._app, self._buckets, self._refused, self._now = app, buckets, refused, now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 429."""
        if scope["type"] != "http" or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        kind, caller = _caller(request)
        wait = self._buckets.take(caller, self._now())
        if wait:
            self._refused.labels(kind).inc()
            await faults.answer(request, _come_again(wait))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _caller(request: Request) -> tuple[str, str]:
    if request.state.key_holder:
        return "key", request.state.key_holder.id
    if request.state.person:
        return "person", request.state.person.id
    return "address", f"address:{network_of(address_of(request))}"


def _come_again(wait: float) -> Problem:
    seconds = math.ceil(wait)
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too-many-requests",
        f"Nothing was done with this request. Send it again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )
