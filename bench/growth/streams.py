"""Many open pages on one portal: what they cost while idle, and how soon an alert reaches all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from pymongo import AsyncMongoClient

from bench.figures import percentile
from bench.growth import doors
from bench.growth.doors import AREA, Doors
from bench.growth.system import System
from bench.watch import Watch
from services.chassis import clock
from services.chassis.auth import Role
from services.portal.accounts import Accounts, NewPerson
from services.portal.identity import COOKIE, STREAM
from services.portal.live.hub import STREAMS_OF_ONE

IDLE_S = 20.0
OPENED_WITHIN_S = 240.0
REACHED_WITHIN_S = 60.0
AT_ONCE = 50
RAISED = b"event: alert_raised"
SOON_S = 2.0


@dataclass(frozen=True, slots=True)
class Streams:
    """What many open pages cost and how long an alert took to reach all; `reached` of `opened`."""

    opened: int
    opening_s: float
    kb_of_each: float
    idle_cpu_percent: float
    reached: int
    first_ms: float
    p50_ms: float
    last_ms: float


class Page:
    """One open page, that notes when an alert came."""

    def __init__(self, url: str, cookie: str) -> None:
        self._host, self._port = urlsplit(url).hostname, urlsplit(url).port
        self._cookie = cookie
        self._lines: asyncio.Task[None] | None = None
        self.is_open, self.alert_at = asyncio.Event(), asyncio.Event()
        self.at = 0.0

    async def open(self) -> None:
        """Open the stream, and return when its first event has come."""
        reader, self._writer = await asyncio.open_connection(self._host, self._port)
        told = (
            f"GET {STREAM} HTTP/1.1\r\nHost: localhost\r\nCookie: {COOKIE}={self._cookie}\r\n\r\n"
        )
        self._writer.write(told.encode())
        self._lines = asyncio.create_task(self._read(reader))
        await asyncio.wait_for(self.is_open.wait(), OPENED_WITHIN_S)

    def forget(self) -> None:
        """Forget the alerts that it was told of when it was opened."""
        self.at = 0.0
        self.alert_at.clear()

    def close(self) -> None:
        """Close it."""
        if self._lines is not None:
            self._lines.cancel()
            self._writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while line := await reader.readline():
                if line.startswith(b"id:"):
                    self.is_open.set()
                elif line.startswith(RAISED) and not self.at:
                    self.at = monotonic()
                    self.alert_at.set()


def measure(system: System, count: int) -> Streams:
    """Open so many pages of practitioners of one area, wait, and raise one alert."""
    return asyncio.run(_measure(system, count))


async def _measure(system: System, count: int) -> Streams:
    cookies = await _cookies(system, count)
    portal = Watch({"portal": system.processes["portal"]})
    before, since = portal.look(), monotonic()
    pages = [Page(system.url("portal"), cookie) for cookie in cookies]
    try:
        await _open(pages)
        opened, opening = portal.look(), monotonic() - since
        await asyncio.sleep(SOON_S)
        begun = portal.look()
        await asyncio.sleep(IDLE_S)
        idle = portal.look().since(begun).cpu_s["portal"]
        reached = await _reach(system, pages)
    finally:
        for page in pages:
            page.close()
    return Streams(
        opened=count,
        opening_s=opening,
        kb_of_each=(opened.rss["portal"] - before.rss["portal"]) / 1000 / count,
        idle_cpu_percent=100 * idle / IDLE_S,
        reached=len(reached),
        first_ms=min(reached, default=float("nan")),
        p50_ms=percentile(reached, 50),
        last_ms=max(reached, default=float("nan")),
    )


async def _open(pages: Sequence[Page]) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def opened(page: Page) -> None:
        async with places:
            await page.open()

    await asyncio.gather(*map(opened, pages))


async def _reach(system: System, pages: Sequence[Page]) -> list[float]:
    """Refer somebody, and return after how many milliseconds each page had the alert."""
    asked = Doors(system)
    for page in pages:
        page.forget()
    since = monotonic()
    await asyncio.to_thread(asked.refer, doors.referral())
    waiting = [asyncio.create_task(page.alert_at.wait()) for page in pages]
    await asyncio.wait(waiting, timeout=REACHED_WITHIN_S)
    for task in waiting:
        task.cancel()
    asked.close()
    return [(page.at - since) * 1000 for page in pages if page.at]


async def _cookies(system: System, count: int) -> list[str]:
    """Make practitioners of the area, sign them in without a form, and return their cookies."""
    uri, prefix = system.servers.mongodb_uri, system.servers.prefix
    async with AsyncMongoClient[dict[str, Any]](uri, tz_aware=True) as client:
        accounts = Accounts(client[f"{prefix}portal"])
        people = [await _person(accounts, number) for number in range(-(-count // STREAMS_OF_ONE))]
        opened = [
            await accounts.sessions.open(people[number // STREAMS_OF_ONE], clock.now())
            for number in range(count)
        ]
    return [token for token, _ in opened]


async def _person(accounts: Accounts, number: int) -> str:
    """Make an account that nobody can sign in to by its password."""
    new = NewPerson(
        email=f"page-{number}@example.org",
        display_name=f"Page {number}",
        role=Role.PRACTITIONER,
        areas=(AREA,),
    )
    return await accounts.people.create(new, "", clock.now())
