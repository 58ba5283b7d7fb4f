"""The services' own doors, as the portal would come to them: tokens, and what is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from bench.growth.system import System
from deploy.local.layout import ROOT
from services.chassis import clock
from services.chassis.auth import Principal, Role, issue, read_private_key

EXAMPLES = ROOT / "examples"
AREA = "london-rbkc"
TRACE = "0af7651916cd43dd8448eb211c80319c"


def agency(number: int = 1) -> Principal:
    """Return one of the partner systems that refer."""
    agency_id = f"agency-{number}"
    return Principal(f"key:{agency_id}", Role.AGENCY_WORKER, agency_id, (AREA,), (), TRACE)


def practitioner(number: int = 1) -> Principal:
    """Return one of the practitioners of the area."""
    return Principal(f"practitioner-{number}", Role.PRACTITIONER, None, (AREA,), (), TRACE)


def manager() -> Principal:
    """Return the manager of the area."""
    return Principal("manager-1", Role.MANAGER, None, (AREA,), (), TRACE)


class Doors:
    """All doors of a running system, over kept connections."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._key = read_private_key(system.servers.keys.token_private.read_bytes())
        self._web = httpx.Client(timeout=60, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._web.close()

    def get(self, service: str, path: str, who: Principal, **query: Any) -> Any:
        """Return what is at a path."""
        return self._ask("GET", service, path, who, params=query)

    def post(self, service: str, path: str, who: Principal, body: Any = None) -> Any:
        """Send a body under a key of its own, and return what became of it."""
        return self._ask("POST", service, path, who, json=body)

    def refer(self, body: Mapping[str, Any], number: int = 1) -> str:
        """Refer somebody as an agency does, and return the referral's reference."""
        return str(self.post("referrals", "/referrals", agency(number), body)["reference"])

    def decide(self, referral: str, decision: str, reason: str | None = None) -> Any:
        """Decide about a referral as the manager does."""
        path = f"/referrals/{referral}/decisions"
        body = {"decision": decision} | ({"reason_code": reason} if reason else {})
        return self.post("referrals", path, manager(), body)

    def on_case(self, case: str, what: str, who: Principal, body: Any) -> Any:
        """Do something at the sessions service with a case."""
        return self.post("sessions", f"/cases/{case}/{what}", who, body)

    def on_alert(self, alert: str, what: str, who: Principal, body: Any = None) -> Any:
        """Do something about an alert."""
        return self.post("notifications", f"/alerts/{alert}/{what}", who, body)

    def resolve(self, alert: str, who: Principal) -> None:
        """Bring an alert to its end: taken on, acted upon, resolved."""
        self.on_alert(alert, "acknowledgements", who)
        self.on_alert(
            alert, "actions", who, {"kind": "contacted", "note": "Rang her at the library."}
        )
        self.on_alert(alert, "resolution", who, {"outcome": "made_safer"})

    def has_file(self, case: str) -> bool:
        """Has the sessions service heard of a case, and of its band?"""
        listed = self.get("sessions", "/cases", manager(), state="referred", limit=50)["items"]
        return any(each["reference"] == case and each["band"] for each in listed)

    def alerts_of(self, case: str) -> list[dict[str, Any]]:
        """Return the alerts of a case, as the manager sees them."""
        found: list[dict[str, Any]] = self.get(
            "notifications", "/alerts", manager(), case=case, state="all"
        )["items"]
        return found

    def _ask(self, method: str, service: str, path: str, who: Principal, **sent: Any) -> Any:
        token = issue(who, audience=service, key=self._key, now=clock.now())
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        url = self._system.url(service) + path
        answer = self._web.request(method, url, headers=headers, **sent)
        if not answer.is_success:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None


def referral(*, is_high: bool = True) -> dict[str, Any]:
    """Return a referral of a woman whom nobody has referred before."""
    name = "01-visible-high-risk" if is_high else "06-medium-that-a-session-raises"
    body = _example(EXAMPLES / "referrals" / f"{name}.json")
    family = "".join(chr(ord("a") + int(digit, 16)) for digit in uuid4().hex)
    hers = {"family_name": family.capitalize(), "email": f"{family}@example.org"}
    number = f"07{uuid4().int % 10**9:09}"
    her = body["client"] | hers | {"telephone": number, "address": f"{number} Specimen Terrace"}
    return body | {"client": her, "area": AREA, "agency_reference": f"B-{uuid4().hex[:12]}"}


def session(hours_ago: float = 1, *, discloses: bool = False) -> dict[str, Any]:
    """Return a session that was held a while ago."""
    name = "disclosure-that-raises" if discloses else "first-meeting"
    held_at = clock.now() - timedelta(hours=hours_ago)
    body = _example(EXAMPLES / "sessions" / f"{name}.json")
    return body | {"held_at": held_at.isoformat("T", "seconds")}


def _example(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
