"""What is told at intake, the rules that bind its parts, and how the same woman is recognised.

The fields mirror the MARAC referral form (SafeLives template, 2015) with its local additions.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

ADULT_AT = 18
OLDEST = 120
TELEPHONE_TAIL = 8
YOUNG_PEOPLE = "YP"
GRADED = "DARA"
REMOVED = frozenset({"kinship", "in_care", "adopted"})

_KEPT = (
    "area",
    "language",
    "interpreter_needed",
    "instrument",
    "grade",
    "incidents_12_months",
    "further_incident",
    "latest_incident_on",
    "previous_marac_on",
    "client_aware",
    "consent",
    "lawful_basis",
)
_SEALED = ("client", "contact", "children", "perpetrators", "referrer", "agency_reference")
_NARRATIVE = ("reason", "notes", "not_aware_reason", "consent_not_sought_reason")

Told = Mapping[str, Any]
Items = Mapping[str, Collection[str]]
"""The item keys of each instrument."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with what was told: where, and what would be right."""

    path: tuple[str | int, ...]
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What may be read without opening anything: codes, counts and days (ISO 8601 text).

    `answers` holds only what was answered; an item left out was not stated. `judgement` is the
    level of the referrer's professional judgement.
    """

    area: str
    language: str
    interpreter_needed: bool
    instrument: str
    answers: Mapping[str, str]
    grade: str | None
    judgement: str | None
    incidents_12_months: int | None
    further_incident: str
    latest_incident_on: str | None
    previous_marac_on: str | None
    client_aware: bool
    consent: str
    lawful_basis: str | None
    needs: tuple[str, ...]
    children_under_18: int
    children_removed: int
    children_at_risk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What identifies her or was told in confidence, sealed group by group.

    Each group holds JSON values under the names of the API; what was not told is None there.
    """

    client: Told
    contact: Told
    children: Sequence[Told]
    perpetrators: Sequence[Told]
    referrer: Told
    narrative: Told
    agency_reference: str | None


@dataclass(frozen=True, slots=True)
class Intake:
    """One referral as it was told; `canonical` is one text of it all, equal for equal content."""

    facts: Facts
    particulars: Particulars
    canonical: str = field(repr=False)


def normal(text: str) -> str:
    """Return the letters and digits of a name or code, without case, accents or punctuation.

    Nothing is transliterated: a name in another alphabet stays in it. Applying it twice changes
    nothing. By way of capitals, so that a Turkish name has the same i however it is written.
    """
    folded = unicodedata.normalize("NFKD", text).upper().casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if c.isalnum())


def matching_key(client: Told) -> tuple[str, ...]:
    """Return what makes two referrals the same woman's: given name, family name, day of birth."""
    return (normal(client["given_name"]), normal(client["family_name"]), client["born_on"])


def near_match_tokens(client: Told) -> tuple[tuple[str, ...], ...]:
    """Return what near matches share, each with its kind: any one in common is for a person to see.

    A telephone number counts by its last digits, because prefixes are written in many ways.
    """
    born_on = client["born_on"]
    digits = "".join(c for c in client["telephone"] or "" if c.isdecimal())
    tokens: list[tuple[str, ...]] = [("family", normal(client["family_name"]), born_on)]
    if len(digits) >= TELEPHONE_TAIL:
        tokens.append(("telephone", digits[-TELEPHONE_TAIL:]))
    if client["postcode"]:
        tokens.append(("postcode", normal(client["postcode"]), born_on))
    return tuple(tokens)


def distinct(people: Iterable[Told]) -> tuple[Told, ...]:
    """Return people told of several times once each, the first telling first.

    Only the same name with the same day of birth is the same person; whoever has no name is kept.
    """
    seen: dict[tuple[Any, ...], Told] = {}
    for place, person in enumerate(people):
        names = [person[key] for key in ("name", "given_name") if person.get(key)]
        seen.setdefault((*map(normal, names), person["born_on"]) if names else (place,), person)
    return tuple(seen.values())


def age_on(born_on: str, day: date) -> int:
    """Return completed years of age on a day."""
    born = date.fromisoformat(born_on)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def twelve_months_after(moment: datetime) -> datetime:
    """Return the same day and time a year on; 29 February lasts into 1 March."""
    try:
        return moment.replace(year=moment.year + 1)
    except ValueError:
        return moment.replace(year=moment.year + 1, month=3, day=1)


def is_marac_repeat(facts: Facts, at: datetime) -> bool:
    """Was there a further incident within twelve months of her last MARAC referral (SafeLives)?"""
    if facts.further_incident != "yes" or facts.previous_marac_on is None:
        return False
    last = datetime.fromisoformat(facts.previous_marac_on).replace(tzinfo=at.tzinfo)
    return at < twelve_months_after(last)


def count_children(children: Sequence[Told], today: date) -> dict[str, Any]:
    """Return how many children are under 18, were removed, and are at risk (of harm or removal).

    A child whose day of birth is not known counts as under 18. Open proceedings are a risk.
    """
    minors = [c for c in children if not c["born_on"] or age_on(c["born_on"], today) < ADULT_AT]
    at_risk = [c for c in children if c["at_risk"] or c["status"] == "proceedings_open"]
    return {
        "children_under_18": len(minors),
        "children_removed": sum(c["status"] in REMOVED for c in children),
        "children_at_risk": len(at_risk),
    }


def intake_of(told: Told, today: date) -> Intake:
    """Part what may be read from what is sealed."""
    judgement = told["professional_judgement"] or dict.fromkeys(("level", "concern", "rationale"))
    kept = {name: told[name] for name in _KEPT}
    facts = Facts(
        **kept,
        **count_children(told["children"], today),
        answers=told["answers"] or {},
        needs=tuple(told["needs"]),
        judgement=judgement["level"],
    )
    narrative = {name: told[name] for name in _NARRATIVE}
    narrative |= {name: judgement[name] for name in ("concern", "rationale")}
    particulars = Particulars(narrative=narrative, **{name: told[name] for name in _SEALED})
    return Intake(facts, particulars, json.dumps(told, sort_keys=True))


def faults(told: Told, items: Items, today: date) -> Iterator[Fault]:
    """Tell every way in which the parts of what was told do not fit each other.

    `told` has None for what was left out, and no key at all for a part that is wrong in itself:
    that is told elsewhere, and no rule asks about it.
    """
    for rule in RULES:
        yield from rule(told, items, today)


def _answers_fit_the_instrument(told: Told, items: Items, _today: date) -> Iterator[Fault]:
    instrument = told.get("instrument")
    if instrument is None:
        return
    answers = told.get("answers", {})
    if answers is None and instrument != GRADED:
        yield Fault(("answers",), "Give the answers; leave out what was not asked.")
    for key in answers or ():
        if key not in items[instrument]:
            yield Fault(("answers", key), "The chosen instrument has no such item.")


def _grade_belongs_to_dara(told: Told, _items: Items, _today: date) -> Iterator[Fault]:
    if "instrument" not in told or "grade" not in told:
        return
    if told["instrument"] == GRADED and told["grade"] is None:
        yield Fault(("grade",), "A DARA needs its grade: standard, medium or high.")
    if told["instrument"] != GRADED and told["grade"] is not None:
        yield Fault(("grade",), "Only a DARA has a grade. Leave it out.")


def _a_minor_is_not_scored_as_an_adult(told: Told, _items: Items, today: date) -> Iterator[Fault]:
    born_on = told.get("client", {}).get("born_on")
    if born_on is None:
        return
    age = age_on(born_on, today)
    if age > OLDEST:
        yield Fault(("client", "born_on"), "Check the year of birth.")
    if age < ADULT_AT and told.get("instrument", YOUNG_PEOPLE) != YOUNG_PEOPLE:
        detail = "She is under 18: use the young people's checklist, YP (made for ages 13 to 17)."
        yield Fault(("instrument",), detail)


def _sharing_has_a_basis(told: Told, _items: Items, _today: date) -> Iterator[Fault]:
    if told.get("consent", "given") == "given" or "lawful_basis" not in told:
        return
    if told["lawful_basis"] is None:
        detail = "Without her consent, name the lawful basis for sharing."
        yield Fault(("lawful_basis",), detail)
    if told["lawful_basis"] == "consent":
        detail = "Consent was not given, so it cannot be the basis. Name another."
        yield Fault(("lawful_basis",), detail)


def _not_telling_her_has_a_reason(told: Told, _items: Items, _today: date) -> Iterator[Fault]:
    if told.get("client_aware") is False and told.get("not_aware_reason", "") is None:
        detail = "Say why she does not know of this referral."
        yield Fault(("not_aware_reason",), detail)


def _windows_begin_before_they_end(told: Told, _items: Items, _today: date) -> Iterator[Fault]:
    for place, window in enumerate(told.get("contact", {}).get("windows", ())):
        if window.get("from", "") >= window.get("to", "~"):
            detail = "The window must end after it begins, on the same day."
            yield Fault(("contact", "windows", place, "to"), detail)


RULES: tuple[Callable[[Told, Items, date], Iterator[Fault]], ...] = (
    _answers_fit_the_instrument,
    _grade_belongs_to_dara,
    _a_minor_is_not_scored_as_an_adult,
    _sharing_has_a_basis,
    _not_telling_her_has_a_reason,
    _windows_begin_before_they_end,
)
