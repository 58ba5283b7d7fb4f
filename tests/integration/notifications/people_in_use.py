"""What the portal tells of staff, and people at the doors of their own records and policies."""

from __future__ import annotations

from typing import Any

import httpx

from services.notifications.domain.staff import Account
from tests.integration.notifications.alerts_in_use import ADAM, LONDON, Notifications, Person

CANARY = "Canarina Uccellini"
PHONE, HOOK = "+40700000001", "https://hooks.example/secret-of-ana"
LADDER = {
    "rungs": [
        {"tells": "responders", "after_s": 0},
        {"tells": "manager", "after_s": 120},
        {"tells": "duty_manager", "after_s": 180},
    ],
    "acknowledgement_lasts_s": 1800,
    "repeat_every_s": 600,
    "unresolved_after_s": 43200,
}


def told(person: Person, **changes: Any) -> dict[str, Any]:
    """Return what the portal tells of somebody."""
    known = {"id": person.id, "display_name": f"{CANARY} {person.id}", "role": person.role}
    more = {"areas": [person.area], "email": f"{person.id}@staff.example", "locale": "en"}
    return {**known, **more, "time_zone": "Europe/London", **changes}


def tell(service: Notifications, *people: Any, everybody: Any = None) -> httpx.Response:
    """Tell the service of staff, as the portal does."""
    body = {"people": [p if isinstance(p, dict) else told(p) for p in people]}
    return service.ask("PUT", "/responders", ADAM, json={**body, "everybody": everybody})


def choose(service: Notifications, person: Person, *methods: Any) -> httpx.Response:
    """Choose somebody's methods, in her name."""
    path, wanted = "/responders/me/methods", {"methods": list(methods)}
    return service.ask("PUT", path, person, json=wanted)


def own(service: Notifications, person: Person) -> dict[str, Any]:
    """Return somebody's own record, as she reads it."""
    answer = service.ask("GET", "/responders/me", person)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def save(
    service: Notifications,
    by: Person,
    made_from: str,
    *,
    area: str = LONDON,
    kind: str = "high_risk",
    **changes: Any,
) -> httpx.Response:
    """Save a policy in somebody's name."""
    body = {**LADDER, "made_from": made_from, **changes}
    return service.ask("PUT", f"/policies/{area}/{kind}", by, json=body)


def account(name: str, **changes: Any) -> Account:
    """Return an account of somebody in Cluj."""
    known = {
        "display_name": f"{CANARY} {name}",
        "role": "practitioner",
        "areas": ("cluj",),
        "email": f"{name}@staff.example",
    }
    return Account(id=name, **{**known, **changes})
