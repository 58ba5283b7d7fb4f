"""From what has happened to a referral to what the bus is told of it: ids and codes only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.contracts.dash import ITEMS
from services.contracts.envelope import Announcement
from services.referrals.domain.drill import ANSWERED_YES, INSTRUMENT, Drill
from services.referrals.domain.events import ReferralStatusChanged, ReferralSubmitted
from services.referrals.domain.model import Referral


def announce(referral: Referral, event: object) -> Announcement:
    """Return the announcement of a domain event."""
    return _CONTRACTS[type(event)](referral, event)


def announce_drill(drill: Drill, _event: object) -> Announcement:
    """Return the announcement that the drill has begun, the one thing that is said of it."""
    sheet = {item: "yes" if item in ANSWERED_YES else "no" for item in ITEMS[INSTRUMENT]}
    data = {
        "number": drill.number,
        "began_at": drill.began_at,
        "instrument": INSTRUMENT,
        "answers": sheet,
    }
    return Announcement("drill_begun", 1, data)


def _submitted(referral: Referral, _event: ReferralSubmitted) -> Announcement:
    facts = referral.facts
    children = {
        "under_18": facts.children_under_18,
        "removed": facts.children_removed,
        "at_risk": facts.children_at_risk,
    }
    data = {
        **_placed(referral),
        "language": facts.language,
        "instrument": facts.instrument,
        "grade": facts.grade,
        "answers": {
            item: facts.answers.get(item, "not_stated") for item in ITEMS[facts.instrument]
        },
        "professional_judgement": facts.judgement,
        "incidents_12_months": facts.incidents_12_months,
        "further_incident": facts.further_incident,
        "previous_marac_at": _start_of(facts.previous_marac_on),
        "children": children,
        "repeat_of_case": referral.repeat,
    }
    return Announcement("referral_submitted", 1, data)


def _status_changed(referral: Referral, event: ReferralStatusChanged) -> Announcement:
    data = {
        **_placed(referral),
        "was": event.was,
        "to": event.to,
        "reason_code": event.reason_code,
        "by": event.by,
    }
    return Announcement("referral_status_changed", 1, data)


def _placed(referral: Referral) -> Mapping[str, Any]:
    return {
        "referral_id": referral.id,
        "referral_reference": referral.reference,
        "case_reference": referral.case_reference,
        "agency_id": referral.agency_id,
        "area": referral.facts.area,
    }


def _start_of(day: str | None) -> datetime | None:
    return None if day is None else datetime.fromisoformat(day).replace(tzinfo=UTC)


_CONTRACTS: Mapping[type, Callable[[Referral, Any], Announcement]] = {
    ReferralSubmitted: _submitted,
    ReferralStatusChanged: _status_changed,
}
