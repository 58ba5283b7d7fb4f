"""What people are shown of a referral: its agency the minimum, the team the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from services.referrals.domain.model import Referral
from services.referrals.domain.states import AGENCY_STATUS, REASON_SHOWN

Open = Callable[[object], Any]
_TEAM = (
    "reference",
    "status",
    "reason_code",
    "submitted_at",
    "updated_at",
    "case_reference",
    "agency_id",
    "submitted_by",
    "task_status",
    "decisions",
    "repeat",
    "flagged_until",
    "is_marac_repeat",
    "band",
)


def to_agency(referral: Referral, open: Open) -> Mapping[str, Any]:
    """Return what the agency that sent it may know; `open` decrypts what is sealed."""
    return {
        "reference": referral.reference,
        "agency_reference": open(referral.sealed["agency_reference"]),
        "status": AGENCY_STATUS[referral.status],
        "reason_code": referral.reason_code if referral.status in REASON_SHOWN else None,
        "submitted_at": referral.submitted_at,
        "updated_at": referral.updated_at,
    }


def to_team(referral: Referral) -> Mapping[str, Any]:
    """Return its facts and its course; notes are shown only where her case is read."""
    moves = [{**asdict(move), "note": None} for move in referral.history]
    return {
        **asdict(referral.facts),
        **{name: getattr(referral, name) for name in _TEAM},
        "history": moves,
    }
