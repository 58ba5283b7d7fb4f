"""Live inboxes that stay open: whoever is told of an alert first, and when."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx

from tests.chaos.caller import GaveUp
from tests.chaos.ledger import Ledger
from tests.chaos.people import Person

STREAM = "/api/v1/alerts/stream"
PATIENCE = httpx.Timeout(5.0, read=20.0)
COMES_BACK_AFTER_S = 0.3
CALLS = frozenset({"alert_raised", "alert_reassessed"})


class Inboxes:
    """One open page for each person, at one portal or, where that breaks off, at the other."""

    def __init__(self, portals: Sequence[str], people: Sequence[Person], ledger: Ledger) -> None:
        self._portals, self._ledger = portals, ledger
        self._shown: dict[str, float] = {}
        self._cases: set[str] = set()
        self._lock, self.over = threading.Lock(), threading.Event()
        self._threads = [
            threading.Thread(target=self._read, args=(person, first), daemon=True)
            for first, person in enumerate(people)
        ]

    def start(self) -> None:
        """Open them."""
        for thread in self._threads:
            thread.start()

    def has_called(self, case: str) -> bool:
        """Has any alert of a case been shown?"""
        return case in self._cases

    def _read(self, person: Person, number: int) -> None:
        last = ""
        while not self.over.is_set():
            portal = self._portals[number % len(self._portals)]
            with suppress(httpx.HTTPError, ValueError, GaveUp):
                for event in self._events(person, portal, last):
                    last = event.get("id", last)
                    self._note(event)
            number += 1
            self.over.wait(COMES_BACK_AFTER_S)

    def _events(self, person: Person, portal: str, last: str) -> Iterator[dict[str, str]]:
        person.ask("GET", "/alerts", limit=1)  # signs in again where that is needed
        headers = {"Last-Event-ID": last} if last else {}
        with (
            httpx.Client(base_url=portal, cookies=person.cookies, timeout=PATIENCE) as web,
            web.stream("GET", STREAM, headers=headers) as answer,
        ):
            yield from events(answer.iter_lines())

    def _note(self, event: Mapping[str, str]) -> None:
        if event.get("event") not in CALLS:
            return
        at, told = time.time(), json.loads(event["data"])
        mark = event["id"]
        with self._lock:
            self._cases.add(told["case_reference"])
            if mark in self._shown:
                return
            self._shown[mark] = at
        self._ledger.write(
            "shown",
            alert=told["reference"],
            case=told["case_reference"],
            what=event["event"],
            shown_at=at,
        )


def events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Yield server-sent events as their fields."""
    event: dict[str, str] = {}
    for line in lines:
        if not line and event:
            yield event
            event = {}
        name, _, value = line.partition(":")
        if line and name:
            event[name] = value.removeprefix(" ")
