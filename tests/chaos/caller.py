"""A client as clients should be: asks one replica after the other, with one key, until answered."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

PATIENCE = httpx.Timeout(6.0, connect=1.0)
AGAIN_AFTER_S = 0.25
NO_ANSWER = frozenset({401, 408, 429})
REFUSED = 400


class GaveUp(Exception):
    """The run is over, and there was still no answer."""


class Caller:
    """Speaks for one person or agency; used by one thread.

    An answer is anything that a service said about the request: 2xx, or a refusal. A 5xx, a broken
    line and silence are none, nor is a 401, which is what a token looks like to a clock that is an
    hour off.
    """

    def __init__(
        self, portals: Sequence[str], over: threading.Event, headers: Mapping[str, str]
    ) -> None:
        self._over = over
        self._doors = [httpx.Client(base_url=p, headers=headers, timeout=PATIENCE) for p in portals]
        self._next = 0

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
        **query: Any,
    ) -> httpx.Response:
        """Return the answer to a request, however often it must be sent.

        Raises:
            GaveUp: the run ended first.

        """
        headers = {"Idempotency-Key": key} if key else {}
        while not self._over.is_set():
            answer = self._try(method, path, json=body, headers=headers, params=query)
            if answer is not None:
                return answer
            self._over.wait(AGAIN_AFTER_S)
        raise GaveUp(f"{method} {path}")

    def _try(self, method: str, path: str, **request: Any) -> httpx.Response | None:
        """Ask the replica that answered last; where it does not, the other is next."""
        try:
            answer = self._door().request(method, path, **request)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code < 500 and answer.status_code not in NO_ANSWER:
            return answer
        self._next += 1
        if answer is not None and answer.status_code == 401:
            self._refused()
        return None

    def _door(self) -> httpx.Client:
        return self._doors[self._next % len(self._doors)]

    def _refused(self) -> None:
        """Do what may help against a 401; nothing, for who has a key."""
