"""What agencies send and practitioners record: made up, and the same for the same seed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from deploy.local.generate import AREAS, Invention, inventions, referral
from services.contracts.dash import DASH_24
from services.contracts.vocabulary import APPROACHES

KNOWN_ALREADY = 0.15
LONG_AGO = timedelta(days=20)


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral to be sent; `woman` is who it is about, the same number for the same woman."""

    woman: str
    body: Mapping[str, Any]


def referrals(seed: int, agency: int, agencies: int) -> Iterator[Referral]:
    """Yield referrals without end; now and then about a woman whom another one was about.

    Each agency looks at the same women, and takes its own of them in turn.
    """
    chance, makers = Random(f"{seed}/{agency}"), _makers(seed * 100 + agency)
    women: list[Mapping[str, Any]] = []
    crowd = _women(seed)
    for number in count():
        place = number * agencies + agency
        while len(women) <= place:
            women.append(next(crowd))
        if place and chance.random() < KNOWN_ALREADY:
            place = chance.randrange(place)
        reference = f"CHAOS-{seed}-{agency}-{number:05d}"
        body = referral(makers[number % len(makers)], reference)
        yield Referral(f"woman-{place}", {**body, "client": women[place]})


def probes(seed: int) -> Iterator[Referral]:
    """Yield referrals without end of which each is high, about a woman nobody has referred."""
    makers = _makers(seed * 100 + 99)
    for number in count():
        body = referral(makers[number % len(makers)], f"PROBE-{seed}-{number:05d}")
        told = {"instrument": "DASH-24", "answers": dict.fromkeys(DASH_24, "yes")}
        body.pop("grade", None)
        yield Referral(f"probe-{number}", {**body, **told})


def session(chance: Random, number: int) -> dict[str, Any]:
    """Return a session, the `number`th that somebody records: each was held at another moment."""
    held_at = datetime.now(UTC) - LONG_AGO + timedelta(seconds=number)
    body: dict[str, Any] = {
        "held_at": held_at.isoformat(timespec="seconds"),
        "attendance": chance.choice(("attended", "attended", "attended", "late", "dna")),
        "contact_was_safe": "yes",
        "notes": f"Nobody said this; it was made up as number {number}.",
    }
    if body["attendance"] == "dna":
        return body
    told = chance.sample(DASH_24, chance.choice((0, 2, 4, 8)))
    return body | {
        "approaches": chance.sample(APPROACHES, 2),
        "engagement": chance.randint(0, 10),
        "disclosures": {item: chance.choice(("yes", "yes", "no")) for item in told},
    }


def says_something(body: Mapping[str, Any]) -> bool:
    """Must a session be scored?"""
    return bool(body.get("disclosures"))


def _women(seed: int) -> Iterator[Mapping[str, Any]]:
    """Yield women without end, no two with the same name and birthday."""
    seen: set[str] = set()
    makers = _makers(seed * 100 + 98)
    for number in count():
        body = referral(makers[number % len(makers)], "NOBODY")["client"]
        who = json.dumps([body[name] for name in ("given_name", "family_name", "born_on")])
        if who not in seen:
            seen.add(who)
            yield body


def _makers(seed: int) -> list[Invention]:
    return inventions(seed, tuple(AREAS), datetime.now(UTC).date())
