"""The way of a referral through four services that are made to die, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx

from services.chassis import clock
from tests.integration.referrals.referral_doors import People, told
from tests.support import Published, published, until
from tests.support.bus import ready
from tests.support.stack import Stack
from tests.support.tokens import Tokens

SERVICES = ("referrals", "risk", "notifications", "sessions")
COLLECTIONS = {"notifications": ("notifications", "allocations")}
BRIEF = {"OUTBOX_LEASE_S": "0.5", "DRILL_EVERY_S": "0"}
"""Leases are short, so that what a dead process left is taken over soon; nobody drills."""

ACCEPTED = frozenset({200, 201})
SETTLED_WITHIN_S = 45.0
HASTEN_EVERY_S = 3.0


@dataclass(frozen=True)
class Came:
    """What the services hold of one referral: how many of each there are."""

    referrals: int
    assessments: int
    alerts: int
    case_files: int
    is_answered: bool

    @property
    def is_whole(self) -> bool:
        """Has each effect happened, and does nobody wait for an alert any more?"""
        found = (self.referrals, self.assessments, self.alerts, self.case_files)
        return all(found) and self.is_answered


@dataclass
class Pipeline:
    """Four services on a virtual host and databases of their own, and an agency that refers."""

    stack: Stack
    tokens: Tokens
    deaths: dict[str, int] = field(default_factory=dict)
    said: dict[str, Published] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begun: frozenset[str] = frozenset()
        self._listening = ExitStack()

    def listen(self) -> None:
        """Keep what is said from now on."""
        for service in SERVICES:
            listening = published(self.stack.broker, f"{service}.events")
            self.said[service] = self._listening.enter_context(listening)

    def end(self) -> None:
        """End the processes and stop listening."""
        self.stack.end()
        self._listening.close()

    def doom(self, fail_at: str, services: Sequence[str] = SERVICES) -> None:
        """Start services again that are to fail where it is said, and others unless they run."""
        self.deaths.clear()
        for service in services:
            self.take_away(service)
            self._start(service, FAIL_AT=fail_at)
        self.start()

    def start(self) -> None:
        """Start whatever does not run."""
        for service in SERVICES:
            if service not in self._begun:
                self._start(service)

    def take_away(self, service: str) -> None:
        """Kill a service, if it runs, and leave it dead."""
        if service in self._begun:
            self._begun -= {service}
            self.stack.kill(service)

    def tend(self) -> None:
        """Start whatever has died again, this time to live."""
        for service in self._begun:
            code = self.stack.exit_code(service)
            if code is not None:
                self.deaths[service] = code
                self._start(service)

    def refer(self, key: str, body: dict[str, Any]) -> httpx.Response:
        """Send a referral, as often as it takes, until it is accepted."""
        agency = People(self.tokens, self.stack.url("referrals")).agency("riverside-police")

        def accepted() -> httpx.Response | None:
            self.tend()
            answer = agency.refer(body, key)
            assert answer.status_code in ACCEPTED or answer.status_code >= 500, answer.text
            return answer if answer.status_code in ACCEPTED else None

        return until(accepted, within=SETTLED_WITHIN_S)

    def settle(self, reference: str, done: Callable[[], bool] = lambda: True) -> None:
        """Wait until a referral has come all the way and nothing is left to be said."""
        since = monotonic()

        def settled() -> bool:
            nonlocal since
            self.tend()
            if monotonic() - since > HASTEN_EVERY_S:
                since = monotonic()
                self._hasten()
            came = self.came(reference)
            is_done = came.is_whole and self.is_drained and done()
            assert is_done, (came, self.deaths)
            return is_done

        until(settled, within=SETTLED_WITHIN_S)

    def came(self, reference: str) -> Came:
        """Return what has come of a referral so far."""
        database = self.stack.mongo.database
        referral = database("referrals").referrals.find_one({"reference": reference}) or {}
        case = referral.get("case_id")
        profile = database("risk").risk.find_one({"_id": case}) or {"assessments": ()}
        return Came(
            referrals=database("referrals").referrals.count_documents({"case_id": case}),
            assessments=len(profile["assessments"]),
            alerts=database("notifications").notifications.count_documents({"case_id": case}),
            case_files=database("sessions").sessions.count_documents({"case_id": case}),
            is_answered="announce_again_at" not in profile,
        )

    @property
    def is_drained(self) -> bool:
        """Does no outbox hold anything?"""
        waiting = {"outbox_due": {"$exists": True}}
        return not any(each.find_one(waiting) for each in self._collections())

    @property
    def dead_letters(self) -> int:
        """Return how many messages lie with the dead."""
        return sum(ready(self.stack.broker, f"{service}.dead-letters") for service in SERVICES)

    def ids_said(self, service: str, event_type: str) -> set[str]:
        """Return the ids under which a service has said an event."""
        return {each["event_id"] for each in self.said[service] if each["type"] == event_type}

    def _start(self, service: str, **environment: str) -> None:
        self.stack.start(service, ready=False, **BRIEF, **environment)
        self._begun |= {service}

    def _hasten(self) -> None:
        """Let the time pass after which somebody else takes over, or what was said is said again.

        The due times are moved instead of the clock.
        """
        for each in self._collections():
            due = {"outbox_due": {"$gt": clock.now()}}
            each.update_many(due, {"$set": {"outbox_due": clock.now()}})

    def _collections(self) -> Iterator[Any]:
        for service in SERVICES:
            database = self.stack.mongo.database(service)
            yield from (database[name] for name in COLLECTIONS.get(service, (service,)))


def woman() -> dict[str, Any]:
    """Return a referral of a woman whom nobody referred before, at high risk."""
    return told()
