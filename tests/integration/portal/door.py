"""A portal process with accounts, and the people and systems that come to it."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import SHUT_RDWR
from typing import Any, TypeVar

import httpx
from pymongo import AsyncMongoClient

from services.portal.accounts import Accounts
from services.portal.provision import FileSchema, Made, provision
from tests.integration.portal.asked import Asked

PASSWORD = "a long enough password"
Result = TypeVar("Result")
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


def person(name: str, role: str, area: str = "cluj", **more: Any) -> dict[str, Any]:
    """Return somebody as the provisioning file has her; her id is her name."""
    known = {"id": name, "email": f"{name}@example.org", "display_name": name.title()}
    return known | {"role": role, "areas": [area], "password": PASSWORD} | more


WANTED: dict[str, Any] = {
    "agencies": [
        {
            "id": "riverside-police",
            "name": "Riverside Police",
            "areas": ["london-rbkc"],
            "keys": [
                {"name": "both"},
                {"name": "reader", "scopes": ["referrals:read"]},
            ],
        },
        {
            "id": "northgate",
            "name": "Northgate Maternity Hospital",
            "areas": ["london-rbkc"],
            "keys": [{"name": "both"}],
        },
    ],
    "people": [
        person("ana", "practitioner"),
        person("ion", "practitioner", "perugia"),
        person("mo", "manager"),
        person("lea", "practitioner", "london-rbkc"),
        person("officer", "agency_worker", "london-rbkc", agency_id="riverside-police"),
        person("olga", "ops"),
    ],
}


def with_accounts(mongo: Any, work: Callable[[Accounts], Awaitable[Result]], **how: Any) -> Result:
    """Run something on the accounts of a database share; all that it asks has an index."""

    async def run() -> Result:
        asked = Asked()
        client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
            mongo.uri, tz_aware=True, event_listeners=[asked]
        )
        database = client[f"{mongo.prefix}portal"]
        try:
            result = await work(Accounts(database, **how))
            assert [query async for query in asked.unserved(database)] == []
        finally:
            await client.close()
        return result

    return asyncio.run(run())


@dataclass
class Portal:
    """A running portal and the keys that its agencies were given."""

    url: str
    keys: dict[tuple[str, str], str]

    def system(self, agency: str = "riverside-police", key: str = "both") -> httpx.Client:
        """Return a partner system with one of its agency's keys."""
        return self.visitor({"Authorization": f"Bearer {self.keys[(agency, key)]}"})

    def visitor(self, headers: dict[str, str] | None = None) -> httpx.Client:
        """Return somebody whom nobody knows."""
        return httpx.Client(base_url=self.url, headers=headers, timeout=20)

    def signed_in(self, name: str, password: str = PASSWORD) -> httpx.Client:
        """Return somebody who has signed in by the form, and may write."""
        web = self.visitor()
        answer = web.post("/sign-in", data={"email": f"{name}@example.org", "password": password})
        assert answer.status_code == 303, answer.text
        token = _CSRF.search(web.get("/account").text)
        assert token is not None
        web.headers["X-CSRF-Token"] = token[1]
        return web


def open_portal(stack: Any, mongo: Any) -> Portal:
    """Make the accounts and start the portal."""

    async def make(accounts: Accounts) -> Made:
        return await provision(accounts, FileSchema().load(WANTED))

    made = with_accounts(mongo, make)
    keys = {(key["agency_id"], key["name"]): key["key"] for key in made.keys}
    return Portal(stack.start("portal"), keys)


@dataclass
class Inbox:
    """What an open stream has brought so far, as dictionaries of the fields of its events."""

    events: list[dict[str, str]] = field(default_factory=list)
    is_closed: bool = False

    @property
    def last_id(self) -> str:
        """Return the id that a browser would come back with."""
        return next(event["id"] for event in reversed(self.events) if "id" in event)

    def named(self, name: str) -> list[dict[str, str]]:
        """Return the events of one name."""
        return [event for event in self.events if event.get("event") == name]


@contextmanager
def inbox(web: httpx.Client, last_id: str | None = None) -> Iterator[Inbox]:
    """Open the live stream and read it in a thread until the block ends."""
    headers = {"Last-Event-ID": last_id} if last_id else {}
    opened, reading = Inbox(), threading.Event()
    with web.stream("GET", "/api/v1/alerts/stream", headers=headers, timeout=60) as answer:
        assert answer.status_code == 200, answer.read()
        reader = threading.Thread(target=_read, args=(answer, opened, reading), daemon=True)
        reader.start()
        reading.wait(10)
        yield opened
        if not opened.is_closed:
            answer.extensions["network_stream"].get_extra_info("socket").shutdown(SHUT_RDWR)
        reader.join(5)


def _read(answer: httpx.Response, opened: Inbox, reading: threading.Event) -> None:
    event: dict[str, str] = {}
    try:
        for line in answer.iter_lines():
            name, _, value = line.partition(":")
            if line and name:
                event[name] = value.removeprefix(" ")
            elif not line and event:
                opened.events.append(event)
                event = {}
                reading.set()
    except httpx.TransportError:
        pass
    finally:
        opened.is_closed = True
        reading.set()
