"""Words that occur nowhere else, in every field that can identify a woman, told and mistold."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from typing import Any

import httpx

from deploy.local.story import EXAMPLES
from deploy.local.visitors import Staff, agency

CODED = frozenset(
    {"area", "language", "instrument", "grade", "answers", "needs", "consent", "lawful_basis"}
    | {"further_incident", "latest_incident_on", "previous_marac_on", "relationship", "status"}
    | {"channel", "safe", "windows", "level", "born_on", "held_at", "attendance", "place"}
    | {"approaches", "interests", "activities", "disclosures", "incident", "reason_code"}
)
SHORTEST = 8
BORN_ON = "1987-10-23"


def canary(place: str) -> str:
    return f"Canary {place} Qzxv"


def referral() -> dict[str, Any]:
    """Return a referral with a canary in every field that can identify."""
    example = EXAMPLES / "referrals" / "01-visible-high-risk.json"
    body: dict[str, Any] = json.loads(example.read_text(encoding="utf-8"))
    body |= {
        "agency_reference": canary("file"),
        "reason": canary("reason"),
        "notes": canary("notes"),
        "client_aware": False,
        "not_aware_reason": canary("unaware"),
        "consent": "not_sought",
        "consent_not_sought_reason": canary("unasked"),
        "lawful_basis": "safeguarding",
        "professional_judgement": {
            "level": "high",
            "concern": canary("concern"),
            "rationale": canary("rationale"),
        },
    }
    return body | people(body)


def people(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the people of a referral, all of them canaries."""
    client = {
        "given_name": canary("given"),
        "family_name": canary("family"),
        "aliases": [canary("alias")],
        "born_on": BORN_ON,
        "address": canary("address"),
        "postcode": "QZ9 9XV",
        "telephone": "07700 900987",
        "email": "canary.client@qzxv.example.org",
    }
    contact = {name: canary(name) for name in ("code_name", "safe_person", "not_safe_to_talk_to")}
    feared = {"name": canary("perpetrator"), "address": canary("his address")}
    return {
        "client": body["client"] | client,
        "contact": body["contact"] | contact,
        "children": [{"given_name": canary("child"), "status": "in_care"}],
        "perpetrators": [{"relationship": "partner", **feared}],
        "referrer": {
            "name": canary("referrer"),
            "role": canary("role"),
            "email": "canary.referrer@qzxv.example.org",
            "telephone": "020 7946 0987",
        },
    }


def session() -> dict[str, Any]:
    """Return a session with a canary in every field that can identify."""
    return {
        "held_at": "2026-01-05T10:00:00+00:00",
        "attendance": "attended",
        "approaches": ["vig"],
        "notes": canary("session notes"),
        "capacity_to_change": canary("capacity"),
        "goals": [{"goal": canary("goal"), "rating": 3}],
        "disclosures": {"weapons": "yes"},
        "professional_judgement": {"level": "high", "rationale": canary("session rationale")},
    }


def texts(value: Any) -> Iterator[str]:
    """Yield what identifies in a body: every text that is no code."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from () if name in CODED else texts(each)


def every_secret() -> set[str]:
    files = [*(EXAMPLES / "referrals").iterdir(), *(EXAMPLES / "sessions").iterdir()]
    bodies = [json.loads(one.read_text(encoding="utf-8")) for one in files]
    found = {text for body in (*bodies, referral(), session()) for text in texts(body)}
    return {text for text in found if len(text) >= SHORTEST} | {BORN_ON, "Qzxv", "qzxv"}


SECRETS = every_secret()


def hits(text: str) -> list[str]:
    """Return the secrets that a text gives away, also where JSON has escaped them."""
    return [one for one in SECRETS if one in text or json.dumps(one)[1:-1] in text]


async def tell_the_canaries(
    portal: str, accounts: Mapping[str, Any]
) -> tuple[list[str], Mapping[str, Any]]:
    """Refer, act, record and err with canaries; return the refusals and the case for staff."""
    sender = agency(portal, accounts["keys"][0])
    people = {one["email"].partition("@")[0]: one for one in accounts["people"]}
    reader = await Staff.sign_in(portal, people["amira"])
    body = referral()
    async with aclosing(sender.web), aclosing(reader.web), reader.inbox():
        reference = (await sender.refer(body, "canary")).json()["reference"]
        case = (await reader.get(f"/referrals/{reference}"))["case_reference"]
        call = await reader.call(lambda one: one.data["case_reference"] == case, 20)
        assert call is not None
        noted = {"kind": "other", "note": canary("action note")}
        await reader.post(f"/alerts/{call.data['reference']}/actions", noted)
        asked = {"decision": "request_information", "note": canary("decision note")}
        asked["reason_code"] = "other"
        await reader.post(f"/referrals/{reference}/decisions", asked)
        await reader.post(f"/cases/{case}/sessions", session())
        refusals = [answer async for answer in errors(sender.web, reader, body, case)]
        return refusals, await reader.get(f"/cases/{case}")


async def errors(
    web: httpx.AsyncClient, reader: Staff, body: Mapping[str, Any], case: str
) -> AsyncIterator[str]:
    """Yield the problems that come of canaries as values in wrong places."""
    word, path = canary("mistake"), "/api/v1/referrals"
    wrong = (
        {**body, "area": word, "language": word, "extra": word, "client": {"born_on": word}},
        {**body, "answers": {"shoe_size": word}, "children": word, "consent": word},
        {**body, "reason": canary("another reason")},
    )
    for each in wrong:
        yield (await web.post(path, json=each, headers={"Idempotency-Key": "canary"})).text
    yield (await web.post(path, content=f'{{"reason": "{word}"')).text
    yield (await web.get(f"{path}/{word}")).text
    yield (await web.get(path, params={"after": word, "status": word})).text
    sessions = f"/api/v1/cases/{case}/sessions"
    yield (await reader.web.post(sessions, json={"attendance": word, "notes": 7, "x": word})).text
    yield (await reader.web.get(f"/api/v1/cases/{word}")).text
