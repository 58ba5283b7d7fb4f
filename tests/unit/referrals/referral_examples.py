"""Examples for the tests of referrals: what an agency tells, and fakes of what keeps it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from services.referrals.domain.intake import Intake
from services.referrals.domain.model import Actor, Case, Decision, Referral
from services.referrals.schemas import SubmitReferral
from services.referrals.usecases import Receipt, submit_referral

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
POLICE = Actor("key:police-1", "riverside-police")
HOSPITAL = Actor("nurse-7", "northgate-maternity")
MANAGER = Actor("maya")
AREAS = ("london-rbkc", "cluj")
CANARY = "Zx-canary-"

TOLD: dict[str, Any] = {
    "agency_reference": f"{CANARY}ref",
    "area": "london-rbkc",
    "language": "en",
    "referrer": {"name": f"{CANARY}officer", "telephone": "020 7946 0101"},
    "client": {
        "given_name": f"{CANARY}given",
        "family_name": f"{CANARY}family",
        "born_on": "1991-04-17",
        "postcode": "W10 5ZZ",
        "telephone": "07700 900114",
    },
    "contact": {
        "channel": "telephone",
        "safe": "yes",
        "windows": [{"days": ["mon"], "from": "09:00", "to": "12:00"}],
        "not_safe_to_talk_to": f"{CANARY}brother",
    },
    "children": [{"given_name": f"{CANARY}child", "status": "in_care"}],
    "perpetrators": [{"name": f"{CANARY}him", "relationship": "ex_partner"}],
    "needs": ["housing"],
    "instrument": "DASH-24",
    "answers": {"injury": "yes", "stalking": "dont_know"},
    "professional_judgement": {"level": "high", "rationale": f"{CANARY}rationale"},
    "client_aware": True,
    "consent": "given",
    "reason": f"{CANARY}reason",
}


def told(**changes: Any) -> dict[str, Any]:
    """Return what an agency sends; a change of None leaves a field out."""
    changed = deepcopy(TOLD) | changes
    return {name: value for name, value in changed.items() if value is not None}


def intake(**changes: Any) -> Intake:
    loaded: Intake = SubmitReferral().load(told(**changes))
    return loaded


@dataclass(frozen=True)
class Locked:
    """What the fake strongbox makes of a value; its text shows nothing."""

    value: object = field(repr=False)


class Box:
    """A strongbox that locks without encrypting."""

    def __init__(self) -> None:
        self.cases: dict[tuple[str, ...], str] = {}
        self.erased: set[str] = set()

    def claim(self, who: Sequence[str]) -> Case:
        is_new = tuple(who) not in self.cases
        number = self.cases.setdefault(tuple(who), str(len(self.cases) + 1))
        return Case(f"case-{number}", f"C-0000-000{number}", is_new)

    def seal(self, case_id: str, value: object) -> Locked:
        return Locked((case_id, deepcopy(value)))

    def open(self, sealed: Any) -> Any:
        case_id, value = sealed.value
        return None if case_id in self.erased else value

    def blind(self, *parts: str) -> str:
        return f"hash:{hash(parts)}"


class Shelf:
    """Referrals in memory, with unique claims."""

    def __init__(self) -> None:
        self.kept: dict[str, Referral] = {}
        self.said: list[object] = []
        self.is_visible = True

    def store(self, referral: Referral, events: Sequence[object]) -> bool:
        if self.holding(referral.claims) or referral.id in self.kept:
            return False
        self.kept[referral.id] = referral
        self.said += events
        return True

    def holding(self, claims: Sequence[str]) -> Sequence[Referral]:
        return [r for r in self.kept.values() if set(claims) & set(r.claims)]

    def sees(self, case_reference: str) -> bool:
        return self.is_visible and bool(self.of_case(case_reference))

    def of_case(self, case_reference: str) -> Sequence[Referral]:
        found = [r for r in self.kept.values() if r.case_reference == case_reference]
        return sorted(found, key=lambda r: r.submitted_at, reverse=True)

    def near(self, referrals: Sequence[Referral]) -> Sequence[str]:
        shared = {one for r in referrals for one in r.near}
        own = {r.case_reference for r in referrals}
        found = {r.case_reference for r in self.kept.values() if shared & set(r.near)}
        return sorted(found - own)

    def change(self, key: str, decide: Callable[[Referral], Decision]) -> Referral:
        by_key = {r.id: r for r in self.kept.values()} | {
            r.reference: r for r in self.kept.values()
        }
        changed, events = decide(by_key[key])
        self.kept[changed.id] = changed
        self.said += events
        return changed


@dataclass
class House:
    """A shelf and a strongbox that belong together, and a way to refer."""

    shelf: Shelf = field(default_factory=Shelf)
    box: Box = field(default_factory=Box)

    def refer(
        self,
        by: Actor = POLICE,
        *,
        at: datetime = AT,
        key: str | None = None,
        **changes: Any,
    ) -> Receipt:
        number = len(self.shelf.kept) + 1
        return submit_referral(
            self.shelf,
            self.box,
            intake(**changes),
            id=f"referral-{number}",
            reference=f"R-0000-000{number}",
            areas=AREAS,
            by=by,
            at=at,
            key=key,
        )


def a_referral(**changes: Any) -> Referral:
    return House().refer(**changes).referral


def as_text(value: object) -> str:
    return json.dumps(value, default=str)
