"""Who comes to the portal in the demonstration: agencies with a key, staff with an open inbox.

They use what any client has: the public API, the sign-in page and the live stream of alerts.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from time import perf_counter
from typing import Any, Self
from uuid import uuid4

import httpx

API = "/api/v1"
STREAM = f"{API}/alerts/stream"
CALLS = frozenset({"alert_raised", "alert_reassessed"})
COMES_BACK_AFTER_S = 0.5
TIMEOUT = httpx.Timeout(15.0)
STREAM_TIMEOUT = httpx.Timeout(15.0, read=45.0)
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Unexpected(Exception):
    """The portal answered something else than the story needs; the message tells what."""


def demand(answer: httpx.Response, *wanted: int) -> Any:
    """Return the JSON of an answer that has one of the wanted statuses.

    Raises:
        Unexpected: it has another, with the problem that the portal tells.

    """
    if answer.status_code not in wanted:
        asked = f"{answer.request.method} {answer.request.url.path}"
        raise Unexpected(f"{asked}: {answer.status_code} {answer.text[:300]}")
    return answer.json() if answer.content else None


@dataclass(frozen=True, slots=True)
class Call:
    """An alert that asks somebody to act, as it came on a stream; `at` is on our own clock."""

    at: float
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Agency:
    """A partner system with its API key."""

    id: str
    web: httpx.AsyncClient

    async def refer(self, body: Mapping[str, Any], key: str) -> httpx.Response:
        """Submit a referral under an idempotency key."""
        return await self.web.post(
            f"{API}/referrals", json=body, headers={"Idempotency-Key": key}, timeout=TIMEOUT
        )

    async def referral(self, reference: str) -> Any:
        """Return what the agency may see of a referral of its own."""
        return demand(await self.web.get(f"{API}/referrals/{reference}"), HTTPStatus.OK)


def agency(portal: str, key: Mapping[str, str]) -> Agency:
    """Return the agency of an API key, which talks to a portal with it."""
    headers = {"Authorization": f"Bearer {key['key']}"}
    return Agency(
        key["agency_id"], httpx.AsyncClient(base_url=portal, headers=headers, timeout=TIMEOUT)
    )


@dataclass(slots=True)
class Staff:
    """Somebody of the outreach team, signed in, with what has come to her inbox so far."""

    id: str
    name: str
    areas: tuple[str, ...]
    web: httpx.AsyncClient
    calls: list[Call] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @classmethod
    async def sign_in(cls, portal: str, account: Mapping[str, Any]) -> Self:
        """Sign in by the form, as a person does.

        Raises:
            Unexpected: e-mail and password do not open the door.

        """
        web = httpx.AsyncClient(base_url=portal, timeout=TIMEOUT)
        form = {"email": account["email"], "password": account["password"]}
        answer = await web.post("/sign-in", data=form)
        token = _CSRF.search((await web.get("/account")).text)
        if answer.status_code != HTTPStatus.SEE_OTHER or token is None:
            raise Unexpected(f"{account['email']} cannot sign in: {answer.status_code}")
        web.headers["X-CSRF-Token"] = token[1]
        name = account.get("display_name", account["email"])
        return cls(account["id"], name, tuple(account["areas"]), web)

    async def get(self, path: str, **params: Any) -> Any:
        """Return what is at a path of the API."""
        return demand(await self.web.get(API + path, params=params), HTTPStatus.OK)

    async def look(self, path: str, **params: Any) -> Any | None:
        """Return what is at a path of the API, or None where there is nothing yet."""
        answer = await self.web.get(API + path, params=params)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        return demand(answer, HTTPStatus.OK)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send a body to a path of the API and return what became of it."""
        answer = await self.web.post(
            API + path, json=body, headers={"Idempotency-Key": str(uuid4())}
        )
        return demand(answer, HTTPStatus.OK, HTTPStatus.CREATED)

    async def answer(self, path: str, body: Mapping[str, Any]) -> bool:
        """Send a body once; return False where somebody else was first."""
        headers = {"Idempotency-Key": str(uuid4())}
        answer = await self.web.post(API + path, json=body, headers=headers)
        demand(answer, HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.CONFLICT)
        return answer.status_code != HTTPStatus.CONFLICT

    @asynccontextmanager
    async def inbox(self) -> AsyncIterator[None]:
        """Keep the live inbox open, coming back where it breaks off, as a browser does."""
        is_open = asyncio.Event()
        reading = asyncio.create_task(self._read(is_open))
        try:
            await asyncio.wait_for(is_open.wait(), TIMEOUT.read)
            yield
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading

    async def call(self, fits: Callable[[Call], bool], within_s: float) -> Call | None:
        """Wait for a call that fits; None when it has not come in time."""

        def found() -> Call | None:
            return next((call for call in self.calls if fits(call)), None)

        async with self._news:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait_for(lambda: found() is not None), within_s)
        return found()

    async def _read(self, is_open: asyncio.Event) -> None:
        last = ""
        while True:
            headers = {"Last-Event-ID": last} if last else {}
            with suppress(httpx.TransportError):
                async with self.web.stream(
                    "GET", STREAM, headers=headers, timeout=STREAM_TIMEOUT
                ) as answer:
                    async for event in events(answer):
                        last = event.get("id", last)
                        is_open.set()
                        await self._note(event)
            await asyncio.sleep(COMES_BACK_AFTER_S)

    async def _note(self, event: Mapping[str, str]) -> None:
        at, kind, mark = perf_counter(), event.get("event", ""), event.get("id", "")
        if kind not in CALLS or mark in self._seen:
            return
        self._seen.add(mark)
        async with self._news:
            self.calls.append(Call(at, json.loads(event["data"])))
            self._news.notify_all()


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """Yield server-sent events as their fields; comments (pings) are left out."""
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line and event:
            yield event
            event = {}
        name, _, value = line.partition(":")
        if line and name:
            event[name] = value.removeprefix(" ")
