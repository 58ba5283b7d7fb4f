"""The notifications service in use: causes said to it on the bus, people at its doors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from services.chassis import clock
from services.chassis.ids import new_id, new_reference
from services.contracts.catalogue import contract
from tests.support import Published, example, publish, published, until
from tests.support.tokens import Tokens

LONDON, CLUJ = "london-rbkc", "cluj"


@dataclass(frozen=True)
class Person:
    """Somebody at the doors."""

    id: str
    role: str = "practitioner"
    area: str = LONDON


ANA, BEA = Person("ana"), Person("bea")
MAYA, DORA = Person("maya", "manager"), Person("dora", "duty_manager")
CARMEN = Person("carmen", "manager", CLUJ)
OTTO, AGENT = Person("otto", "ops", "*"), Person("agent", "agency_worker", "*")
ADAM = Person("adam", "admin", "*")


@dataclass(frozen=True)
class Case:
    """A case, as other services name it."""

    area: str = LONDON
    id: str = field(default_factory=new_id)
    reference: str = field(default_factory=lambda: new_reference("C"))


@dataclass
class Notifications:
    """Everything that a test says to the service and asks of it."""

    broker: Any
    mongo: Any
    tokens: Tokens
    url: str

    def say(
        self,
        case: Case,
        event_type: str,
        *,
        seq: int = 1,
        event_id: str | None = None,
        source_at: datetime | None = None,
        occurred_at: str | None = None,
        **data: Any,
    ) -> str:
        """Publish an event like the golden example with other data; return its id."""
        known = contract(event_type, 1)
        event = example(event_type)
        event |= {"event_id": event_id or new_id(), "case_id": case.id, "seq": seq}
        event["occurred_at"] = occurred_at or event["occurred_at"]
        event["data"] |= {"case_reference": case.reference, "area": case.area, **data}
        if "source" in event["data"]:
            event["data"]["source"]["at"] = (source_at or clock.now()).isoformat()
        publish(self.broker, f"{known.publisher}.events", known.routing_key, event)
        return event["event_id"]

    def assess(self, case: Case, number: int = 1, *, worsened: bool = False, **data: Any) -> str:
        """Say that a case has been assessed high, unless `band` says otherwise."""
        told = {"assessment_id": f"{case.id[:30]}-{number}", "number": number, **data}
        return self.say(case, "risk_assessed", seq=number, worsened=worsened, **told)

    def raised(self, case: Case, number: int = 1, **data: Any) -> dict[str, Any]:
        """Say a high assessment and return the alert that is there for it."""
        self.assess(case, number, **data)
        return until(lambda: self.of_case(case)[0])

    def of_case(self, case: Case, by: Person | None = None) -> list[dict[str, Any]]:
        """Return the alerts of a case, newest first."""
        by = by or Person("overseer", "manager", case.area)
        return self.items(by, case=case.reference, state="all")

    def items(self, by: Person, **query: Any) -> list[dict[str, Any]]:
        """Return the first page of a list."""
        answer = self.ask("GET", "/alerts", by, params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def read(self, alert: dict[str, Any], by: Person = MAYA) -> dict[str, Any]:
        """Return an alert as somebody sees it."""
        answer = self.ask("GET", f"/alerts/{alert['reference']}", by)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def act(
        self, alert: dict[str, Any], what: str, by: Person, key: str | None = None, **body: Any
    ) -> httpx.Response:
        """Do something to an alert: `acknowledgements`, `actions`, `resolution`."""
        headers = {"Idempotency-Key": key} if key else {}
        path = f"/alerts/{alert['reference']}/{what}"
        return self.ask("POST", path, by, json=body, headers=headers)

    def shown(self, *told: tuple[str, list[Person]], by: Person = ADAM) -> httpx.Response:
        """Tell, as the portal does, which alerts were on whose pages."""
        shown = [{"alert": alert, "people": [who.id for who in people]} for alert, people in told]
        return self.ask("POST", "/alerts/deliveries", by, json={"shown": shown})

    def ask(self, method: str, path: str, by: Person, **options: Any) -> httpx.Response:
        """Come to a door with somebody's token."""
        headers = self.tokens.headers(
            role=by.role, audience="notifications", area=by.area, id=by.id
        )
        headers |= options.pop("headers", {})
        return httpx.request(method, f"{self.url}{path}", headers=headers, timeout=20, **options)

    def listening(self) -> AbstractContextManager[Published]:
        """Listen to what the service says."""
        return published(self.broker, "notifications.events")

    def document(self, alert: dict[str, Any]) -> dict[str, Any]:
        """Return what the database keeps of an alert."""
        found = self.mongo.database("notifications").notifications.find_one(
            {"reference": alert["reference"]}
        )
        assert found is not None
        return dict(found)


def of(said: Published, case: Case) -> Iterator[dict[str, Any]]:
    """Yield what was said of a case; said again, because nobody here hears it, it counts once."""
    told = {event["event_id"]: event for event in said if event["case_id"] == case.id}
    return iter(told.values())


def types(said: Published, case: Case) -> list[str]:
    """Return the types of what was said of a case, in the order of the aggregate."""
    return [event["type"] for event in sorted(of(said, case), key=lambda each: each["seq"])]
