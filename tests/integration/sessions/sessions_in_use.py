"""The sessions service in use: what its neighbours say, what people ask, what is left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from services.chassis import clock
from services.chassis.auth import Role
from services.chassis.ids import new_id, new_reference
from services.contracts.catalogue import contract
from services.contracts.envelope import Envelope, encode
from tests.support import Published, example, publish, published, until
from tests.support.stack import Stack
from tests.support.tokens import Tokens

AREA = "london-rbkc"


@dataclass(frozen=True)
class Person:
    """Somebody who asks."""

    id: str
    role: Role = Role.PRACTITIONER
    area: str = AREA


ANA, BEA, MAYA = Person("ana"), Person("bea"), Person("maya", Role.MANAGER)
CLUJ = Person("dana", area="cluj")
OPS = Person("oli", Role.OPS)


@dataclass(frozen=True)
class Case:
    """A case of a test's own, with the references that belong to it."""

    id: str = field(default_factory=new_id)
    reference: str = field(default_factory=lambda: new_reference("C"))
    referral: str = field(default_factory=lambda: new_reference("R"))
    alert: str = field(default_factory=lambda: new_reference("A"))

    def referred_again(self) -> Case:
        return replace(self, referral=new_reference("R"))


def session(**changes: Any) -> dict[str, Any]:
    """Return all that can be told of a session that was held, every word of it marked."""
    told = {
        "held_at": "2026-03-05T14:00:00+00:00",
        "attendance": "attended",
        "place": "community",
        "approaches": ["motivational_interviewing", "vig"],
        "engagement": 7,
        "goals": [{"goal": "canary goal", "rating": 4}],
        "interests": ["music"],
        "activities": ["walking_and_nature"],
        "notes": "canary notes",
        "capacity_to_change": "canary capacity",
        "consulted_colleagues": True,
        "contact_was_safe": "yes",
        "incident": {"on": "2026-03-01", "reported_to_police": False},
        "disclosures": {"weapons": "yes", "sexual": "no"},
        "professional_judgement": {"level": "high", "rationale": "canary rationale"},
    }
    return told | changes


def missed(day: int, **changes: Any) -> dict[str, Any]:
    return {"held_at": f"2026-03-{day:02d}T14:00:00+00:00", "attendance": "dna"} | changes


@dataclass
class Sessions:
    """A running service, seen through its doors."""

    stack: Stack
    tokens: Tokens
    mongo: Any

    @property
    def url(self) -> str:
        return self.stack.start("sessions")

    def ask(
        self, method: str, path: str, *, by: Person, body: Any = None, key: str | None = None
    ) -> httpx.Response:
        headers = self.tokens.headers(role=by.role, audience="sessions", area=by.area, id=by.id)
        headers |= {"Idempotency-Key": key} if key else {}
        return httpx.request(method, f"{self.url}{path}", headers=headers, json=body, timeout=10)

    def get(self, case: Case, path: str = "", *, by: Person) -> Any:
        answer = self.ask("GET", f"/cases/{case.reference}{path}", by=by)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(
        self, case: Case, path: str, body: Any, *, by: Person, key: str | None = None
    ) -> httpx.Response:
        return self.ask("POST", f"/cases/{case.reference}{path}", by=by, body=body, key=key)

    def record(
        self, case: Case, told: Any, *, by: Person, key: str | None = None
    ) -> httpx.Response:
        return self.post(case, "/sessions", told, by=by, key=key)

    def caseload(self, *, by: Person) -> set[str]:
        answer = self.ask("GET", "/cases?limit=100", by=by)
        return {each["reference"] for each in answer.json()["items"]}

    def pages(self, path: str, *, by: Person) -> Iterator[dict[str, Any]]:
        """Yield what a list holds, two at a time."""
        after = ""
        while after is not None:
            page = self.ask("GET", f"{path}&limit=2{after and f'&after={after}'}", by=by).json()
            yield from page["items"]
            after = page["next"]

    def timeline(self, case: Case) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get(case, "/timeline", by=ANA)["items"]
        return items

    def wait_for_timeline(self, case: Case, length: int) -> None:
        until(lambda: len(self.timeline(case)) >= length)

    def say(
        self, case: Case, type: str, *, seq: int, event_id: str | None = None, **changes: Any
    ) -> None:
        """Say what a neighbour would say of the case: its golden example, with changes."""
        publisher = contract(type, 1).publisher
        usual = example(type)["data"]
        named = {
            "case_reference": case.reference,
            "referral_reference": case.referral,
            "alert_reference": case.alert,
        }
        data = usual | {name: ref for name, ref in named.items() if name in usual} | changes
        envelope = Envelope(
            event_id=event_id or new_id(),
            type=type,
            version=1,
            occurred_at=clock.now(),
            producer=publisher,
            case_id=case.id,
            seq=seq,
            correlation_id=new_id(),
            causation_id=None,
            traceparent=None,
            data=data,
        )
        body = encode(envelope).encode()
        publish(self.stack.broker, f"{publisher}.events", f"{type}.v1", body)

    def referred(self) -> Case:
        """Return a new case whose referral the service has heard of."""
        case = Case()
        self.say(case, "referral_submitted", seq=1)
        self.wait_for_timeline(case, 1)
        return case

    @contextmanager
    def listening(self) -> Iterator[Callable[[Case, int], list[Any]]]:
        """Listen; what is given waits for so many events of a case and returns them."""
        with published(self.stack.broker, "sessions.events") as heard:
            yield lambda case, count: self._of(heard, case, count)

    def document(self, case: Case) -> Any:
        return self.mongo.database("sessions")["sessions"].find_one({"_id": case.id})

    def erase(self, case: Case) -> None:
        """Destroy the case's key; a process keeps keys for up to a minute, so it starts anew."""
        self.mongo.database("sessions")["key_vault"].delete_many({"keyAltNames": f"case:{case.id}"})
        self.stack.stop("sessions")

    def readers(self, case: Case) -> set[tuple[str, str]]:
        found = self.mongo.database("sessions")["access_log"].find({"case": case.reference})
        return {(access["who"], access["action"]) for access in found}

    def metric(self, name: str, **labels: str) -> float:
        told = ",".join(f'{label}="{value}"' for label, value in labels.items())
        wanted = f"{name}{{{told}}} "
        lines = httpx.get(f"{self.url}/metrics", timeout=10).text.splitlines()
        return sum(float(line.removeprefix(wanted)) for line in lines if line.startswith(wanted))

    def _of(self, heard: Published, case: Case, count: int) -> list[Any]:
        def of_the_case() -> list[Any]:
            return [each for each in heard if each["case_id"] == case.id]

        until(lambda: len(of_the_case()) >= count)
        return of_the_case()
