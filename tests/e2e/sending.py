"""An agency that sends until it is told that it was heard, and what the databases hold then."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pymongo import MongoClient

from deploy.local.generate import referrals
from tests.support import until
from tests.support.stack import Stack

ACCEPTED = frozenset({200, 201})
TRY_FOR_S = 45.0


@dataclass(frozen=True)
class Books:
    """What the databases hold: references of stored referrals, and alerts by case."""

    stored: frozenset[str]
    high: frozenset[str]
    alerts: Mapping[str, int]
    waiting: int

    @property
    def are_balanced(self) -> bool:
        """Has every high case its one alert, and is nothing left to be said?"""
        return not self.waiting and dict(self.alerts) == dict.fromkeys(self.high, 1)


class Agency:
    """Sends generated referrals through the portal, each until it is accepted."""

    def __init__(self, stack: Stack, accounts: Path) -> None:
        key = json.loads(accounts.read_text(encoding="utf-8"))["keys"][0]["key"]
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=stack.url("portal"), headers=headers, timeout=10)

    def send(self, count: int, seed: int, between: Callable[[int], None]) -> set[str]:
        """Send `count` referrals; `between` is called with the number of each before it goes."""
        accepted = set()
        for number, referral in enumerate(referrals(count, seed, today=datetime.now(UTC).date())):
            between(number)
            accepted.add(self._send(referral))
        return accepted

    def _send(self, referral: Mapping[str, Any]) -> str:
        answer = until(lambda: self._accepted(referral), within=TRY_FOR_S)
        return str(answer.json()["reference"])

    def _accepted(self, referral: Mapping[str, Any]) -> httpx.Response | None:
        answer = self._client.post("/api/v1/referrals", json=referral)
        assert answer.status_code in ACCEPTED or answer.status_code >= 500, answer.text
        return answer if answer.status_code in ACCEPTED else None


def read_books(stack: Stack) -> Books:
    """Return what the databases of a stack hold now."""
    client: MongoClient[dict[str, Any]] = MongoClient(stack.mongo.uri, tz_aware=True)

    def documents(service: str) -> list[dict[str, Any]]:
        return list(client[f"{stack.mongo.prefix}{service}"][service].find())

    profiles, alerts, stored = map(documents, ("risk", "notifications", "referrals"))
    everything = [*profiles, *alerts, *stored, *documents("sessions")]
    return Books(
        stored=frozenset(each["reference"] for each in stored),
        high=frozenset(each["_id"] for each in profiles if is_high(each)),
        alerts=Counter(each["case_id"] for each in alerts if each["kind"] == "high_risk"),
        waiting=sum("outbox_due" in each for each in everything),
    )


def is_high(profile: Mapping[str, Any]) -> bool:
    """Was any assessment of the case high?"""
    return any(assessment["band"] == "high" for assessment in profile["assessments"])
