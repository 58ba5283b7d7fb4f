"""A rota that no other test uses, as people see and save it at the doors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from services.chassis import clock
from services.chassis.ids import new_id
from tests.integration.notifications.alerts_in_use import Notifications, Person

ROSTERED = ("ana", "bea", "cora", "carmen", "dora", "eva", "a", "b", "c")
DAYS: dict[str, Any] = {
    "team": "Days",
    "people": ["ana", "bea"],
    "begins": "2026-01-05T09:00",
    "turn": {"unit": "weeks", "length": 1},
}
NIGHTS: dict[str, Any] = {
    **DAYS,
    "team": "Nights",
    "hours": [{"days": ["sat", "mon"], "from": "17:00", "until": "09:00"}],
}
EVERYBODY: dict[str, Any] = {**DAYS, "people": list(ROSTERED)}
PLAN: dict[str, Any] = {"version": 0, "zone": "Europe/London", "fallback": "dora", "layers": [DAYS]}


class Rota:
    """The rota of an area that no other test uses, as somebody sees and saves it."""

    def __init__(self, notifications: Notifications) -> None:
        self.notifications, self.area = notifications, f"area-{new_id()[-12:]}"
        self.maya = Person("maya", "manager", self.area)
        self.path = f"/rotas/{self.area}/responders"

    def ask(
        self, method: str, what: str = "", by: Person | None = None, **options: Any
    ) -> httpx.Response:
        return self.notifications.ask(method, self.path + what, by or self.maya, **options)

    def save(self, by: Person | None = None, **changes: Any) -> httpx.Response:
        return self.ask("PUT", by=by, json=PLAN | changes)

    def read(self) -> dict[str, Any]:
        answer = self.ask("GET")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def stored(self) -> dict[str, Any] | None:
        kept = self.notifications.mongo.database("notifications").rotas
        return dict(kept.find_one({"area": self.area}, {"_id": 0}) or {}) or None


def soon(hours: float = 1) -> str:
    at = clock.now().replace(minute=0, second=0, microsecond=0)
    return (at + timedelta(hours=hours)).isoformat()


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


def pointers(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {fault["pointer"] for fault in answer.json()["errors"]}


def window(begins: float, ends: float, **more: str) -> dict[str, str]:
    return {"from": soon(begins), "until": soon(ends), **more}
