"""The doors of the referrals service as agencies and the team use them, and what to send."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from tests.support import example
from tests.support.tokens import Tokens

CANARY = "Zqcanary"
_women = count(1)


def letters(number: int) -> str:
    """Return a number as letters, because names have letters."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def new_woman() -> dict[str, Any]:
    """Return a woman whom nobody referred before."""
    name = letters(next(_women))
    return {
        "given_name": f"{CANARY}{name}",
        "family_name": f"{CANARY}fam{name}",
        "born_on": "1991-04-17",
        "address": f"{CANARY} street 7",
        "email": f"{CANARY}@example.org",
    }


def told(client: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Return a referral of a woman, a new one unless given."""
    return {
        "area": "london-rbkc",
        "language": "en",
        "referrer": {"name": f"{CANARY} officer"},
        "client": client or new_woman(),
        "contact": {"channel": "telephone", "safe": "yes", "code_name": f"{CANARY}code"},
        "children": [{"given_name": f"{CANARY}child", "status": "with_mother"}],
        "perpetrators": [{"name": f"{CANARY}him", "relationship": "ex_partner"}],
        "instrument": "DASH-24",
        "answers": {"injury": "yes"},
        "professional_judgement": {"level": "high", "rationale": f"{CANARY} rationale"},
        "client_aware": True,
        "consent": "given",
        "reason": f"{CANARY} reason",
        **changes,
    }


@dataclass(frozen=True)
class Somebody:
    """A person or an agency's system at the doors."""

    tokens: Tokens
    url: str
    role: str
    id: str
    agency_id: str | None = None
    area: str = "*"

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        **query: str | int,
    ) -> httpx.Response:
        headers = self.tokens.headers(
            role=self.role,
            audience="referrals",
            id=self.id,
            agency_id=self.agency_id,
            area=self.area,
        )
        if key is not None:
            headers["Idempotency-Key"] = key
        return httpx.request(
            method, f"{self.url}{path}", headers=headers, json=body, params=query, timeout=30
        )

    def refer(self, body: dict[str, Any] | None = None, key: str | None = None) -> httpx.Response:
        return self.ask("POST", "/referrals", body or told(), key=key)

    def referred(self, body: dict[str, Any] | None = None) -> str:
        """Refer somebody, and return the referral's reference."""
        answer = self.refer(body)
        assert answer.status_code == 201, answer.text
        reference: str = answer.json()["reference"]
        return reference

    def read(self, reference: str) -> Any:
        return self.ask("GET", f"/referrals/{reference}").json()

    def decide(
        self, reference: str, decision: str, *, key: str | None = None, **more: str
    ) -> httpx.Response:
        body = {"decision": decision, **more}
        return self.ask("POST", f"/referrals/{reference}/decisions", body, key=key)


@dataclass(frozen=True)
class People:
    """Who comes to the doors in these tests."""

    tokens: Tokens
    url: str

    def agency(self, agency_id: str) -> Somebody:
        return Somebody(self.tokens, self.url, "agency_worker", f"key:{agency_id}", agency_id)

    def staff(self, role: str = "manager", area: str = "*", id: str = "maya") -> Somebody:
        return Somebody(self.tokens, self.url, role, id, area=area)


def said(event: str, case: dict[str, str], **data: Any) -> dict[str, Any]:
    """Return the golden example of an event, about this case, with a new id."""
    envelope = example(event)
    about = envelope["data"] | {"case_reference": case["case_reference"]} | data
    return dict(envelope, event_id=f"event-{next(_women)}", data=about)
