"""Make any number of synthetic referrals: `python -m deploy.local.generate --count 100 --seed 7`.

The same seed, locales and day give the same referrals. Names and addresses come from Faker, which
is a test dependency only; nobody real is meant by any of them. One referral a line, as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from services.contracts.dash import ANSWERS, DASH_24, ITEMS

AREAS = {"en_GB": "london-rbkc", "ro_RO": "cluj", "it_IT": "perugia", "hu_HU": "budapest-13"}
TELEPHONES = {  # numbers that nobody has
    "en_GB": "07700 900###",
    "ro_RO": "+40 700 000 ###",
    "it_IT": "+39 300 000 ####",
    "hu_HU": "+36 20 000 0###",
}
NEEDS = (
    "housing",
    "mental_health",
    "substance_use",
    "legal",
    "immigration",
    "finance",
    "parenting",
    "health",
    "children",
)
STATUSES = ("with_mother", "kinship", "in_care", "adopted", "returned", "proceedings_open")
INSTRUMENTS = ("DASH-24",) * 8 + ("DASH-27", "S-DASH", "DARA")
CHANNELS = ("telephone", "sms", "email", "in_person", "through_referrer")
HOW_TO_GET_FAKER = 'generate needs Faker: pip install -e ".[test]" in this environment brings it.'


@dataclass(frozen=True, slots=True)
class Invention:
    """Where names (`fake`, a Faker) and chances come from, for one locale and day."""

    fake: Any
    chance: Random
    locale: str
    today: date

    def maybe(self, probability: float) -> bool:
        """Return True with this probability."""
        return self.chance.random() < probability

    def days_ago(self, least: int, most: int) -> str:
        """Return an ISO date between `least` and `most` days before today."""
        return (self.today - timedelta(days=self.chance.randint(least, most))).isoformat()


def referrals(
    count: int, seed: int, locales: Sequence[str] = tuple(AREAS), *, today: date | None = None
) -> Iterator[dict[str, Any]]:
    """Yield `count` referrals as the intake takes them, the locales in turn.

    Raises:
        SystemExit: Faker is missing; the message says how to get it.

    """
    makers = inventions(seed, locales, today or date.today())
    for number in range(count):
        yield referral(makers[number % len(makers)], f"GEN-{seed}-{number + 1:05d}")


def inventions(seed: int, locales: Sequence[str], today: date) -> list[Invention]:
    """Return one seeded source of names and chances for each locale."""
    try:
        from faker import Faker  # noqa: PLC0415 - no service needs it: who lacks it is told
    except ImportError:
        raise SystemExit(HOW_TO_GET_FAKER) from None
    made = []
    for place, locale in enumerate(locales):
        fake = Faker(locale)
        fake.seed_instance(seed * 1000 + place)
        made.append(Invention(fake, Random(seed * 1000 + place), locale, today))  # noqa: S311 - reproducible on purpose
    return made


def referral(make: Invention, agency_reference: str) -> dict[str, Any]:
    """Return one referral; DARA carries a grade and no answers, as its rule asks."""
    instrument = make.chance.choice(INSTRUMENTS)
    return {
        "agency_reference": agency_reference,
        "area": AREAS[make.locale],
        "language": make.locale[:2],
        "interpreter_needed": make.maybe(0.1),
        "referrer": {"name": make.fake.name(), "role": "Safeguarding lead"},
        "client": client(make),
        "contact": contact(make),
        "children": [child(make) for _ in range(make.chance.randint(0, 3))],
        "perpetrators": [perpetrator(make)],
        "needs": make.chance.sample(NEEDS, make.chance.randint(1, 4)),
        "instrument": instrument,
        **risk(make, instrument),
        "incidents_12_months": min(int(make.chance.expovariate(0.7)), 20),
        "further_incident": make.chance.choice(ANSWERS),
        "latest_incident_on": make.days_ago(0, 120),
        **consent(make),
        "reason": make.fake.text(160),
    }


def client(make: Invention) -> dict[str, Any]:
    """Return a woman of 18 to 60."""
    return {
        "given_name": make.fake.first_name_female(),
        "family_name": make.fake.last_name(),
        "born_on": make.days_ago(19 * 366, 60 * 365),
        "address": make.fake.street_address(),
        "postcode": make.fake.postcode(),
        "telephone": make.fake.numerify(TELEPHONES[make.locale]),
        "email": f"client{make.chance.randrange(10**6):06d}@example.org",
        "diversity": {"pregnant": make.maybe(0.15), "disability": make.maybe(0.2)},
    }


def contact(make: Invention) -> dict[str, Any]:
    """Return how to reach her, if that is known to do no harm."""
    return {
        "channel": make.chance.choice(CHANNELS),
        "safe": make.chance.choices(("yes", "unknown", "no"), (7, 2, 1))[0],
        "windows": [{"days": ["tue", "thu"], "from": "10:00", "to": "12:30"}],
        "voicemail_ok": make.maybe(0.1),
        "sms_ok": make.maybe(0.3),
    }


def child(make: Invention) -> dict[str, Any]:
    """Return a child of under 18."""
    status = make.chance.choice(STATUSES)
    return {
        "given_name": make.fake.first_name(),
        "born_on": make.days_ago(30, 17 * 365),
        "status": status,
        "at_risk": status == "with_mother" and make.maybe(0.5),
    }


def perpetrator(make: Invention) -> dict[str, Any]:
    """Return whom she fears."""
    relationship = make.chance.choice(("partner", "ex_partner", "family_member", "other"))
    return {"name": make.fake.name_male(), "relationship": relationship}


def risk(make: Invention, instrument: str) -> dict[str, Any]:
    """Return answers or a grade, and sometimes a judgement with its rationale."""
    told: dict[str, Any] = {"answers": answers(make, ITEMS[instrument])}
    if instrument == "DARA":
        told["grade"] = make.chance.choice(("standard", "medium", "high"))
    if make.maybe(0.25):
        level = make.chance.choice(("standard", "medium", "high"))
        told["professional_judgement"] = {"level": level, "rationale": make.fake.sentence()}
    return told


def answers(make: Invention, items: Sequence[str] = DASH_24) -> Mapping[str, str]:
    """Answer each item; how much is known and how much is feared differ from woman to woman."""
    yes, unknown = make.chance.uniform(0.1, 0.8), make.chance.uniform(0.02, 0.3)
    weights = (yes, max(1 - yes - unknown, 0.02), unknown * 0.7, unknown * 0.3)
    return {item: make.chance.choices(ANSWERS, weights)[0] for item in items}


def consent(make: Invention) -> dict[str, Any]:
    """Return consent, or why nobody asked and the lawful basis instead."""
    if make.maybe(0.85):
        return {"client_aware": True, "consent": "given"}
    return {
        "client_aware": False,
        "not_aware_reason": make.fake.sentence(),
        "consent": "not_sought",
        "consent_not_sought_reason": make.fake.sentence(),
        "lawful_basis": "safeguarding",
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Write referrals as JSON lines to a file or to the standard output."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.generate", description=__doc__)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--locale", action="append", choices=tuple(AREAS), help="may be repeated")
    parser.add_argument("--json-lines", type=Path, metavar="FILE", help="default: standard output")
    wanted = parser.parse_args(arguments)
    file = wanted.json_lines
    with file.open("w", encoding="utf-8") if file else nullcontext(sys.stdout) as out:
        for one in referrals(wanted.count, wanted.seed, wanted.locale or tuple(AREAS)):
            out.write(json.dumps(one, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
