"""The referral that every system is sent: of high risk, each time of another woman."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from deploy.local.layout import ROOT

EXAMPLE = ROOT / "examples" / "referrals" / "01-visible-high-risk.json"
MARK = "BENCH-"
BIRTHDAYS, FIRST_BIRTHDAY = 14_000, date(1965, 1, 1)


def referral(number: int) -> dict[str, Any]:
    """Return the `number`th referral; names, birthday, address and telephone differ in each."""
    return {
        **_example(),
        "agency_reference": f"{MARK}{number}",
        "client": {**_example()["client"], **woman(number)},
    }


def body(number: int) -> bytes:
    """Return the referral as it is sent."""
    return json.dumps(referral(number)).encode()


def number_in(told: Mapping[str, Any]) -> str:
    """Return the number of the referral that an agency is told about."""
    return str(told["agency_reference"]).removeprefix(MARK)


def woman(number: int) -> dict[str, Any]:
    """Return what tells one woman from another."""
    name = letters(number)
    return {
        "given_name": f"Amelia{name}",
        "family_name": f"Sampleford{name}",
        "aliases": [f"Amy{name} Sampleford{name}"],
        "born_on": (FIRST_BIRTHDAY + timedelta(days=number % BIRTHDAYS)).isoformat(),
        "address": f"{number} Specimen Terrace, London",
        "telephone": f"07{number:09d}",
        "email": f"{name}@example.org",
    }


def letters(number: int) -> str:
    """Return a number as letters, because names have letters."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


@cache
def _example() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXAMPLE.read_bytes())
    return found
