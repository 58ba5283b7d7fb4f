"""From what has happened to a case file to what the bus is told of it: ids and codes only."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

from services.contracts.envelope import Announcement
from services.sessions.domain.events import (
    CaseAllocated,
    CaseClosed,
    EngagementLapsed,
    SessionRecorded,
)
from services.sessions.domain.model import CaseFile


def announce(file: CaseFile, event: object) -> Announcement:
    """Return the announcement of a domain event."""
    name, data = _told(event, file)
    return Announcement(name, 1, {"case_reference": file.reference, "area": file.area, **data})


@singledispatch
def _told(event: object, file: CaseFile) -> tuple[str, Mapping[str, Any]]:
    """Return the type of an event and its data, besides the case and its area."""
    raise TypeError(f"{type(event).__name__} of case {file.id} has no announcement")


@_told.register
def _(event: SessionRecorded, file: CaseFile) -> tuple[str, Mapping[str, Any]]:
    session = file.session(event.session_id)
    return "session_recorded", {
        "session_id": session.id,
        "session_reference": session.reference,
        "practitioner_id": session.practitioner_id,
        "held_at": session.held_at,
        "attendance": session.attendance.value,
        "approaches": list(session.approaches),
        "engagement": session.engagement,
        "disclosures": dict(session.disclosures),
        "professional_judgement": session.judgement,
        "incident": event.incident,
    }


@_told.register
def _(event: EngagementLapsed, file: CaseFile) -> tuple[str, Mapping[str, Any]]:
    return "engagement_lapsed", {
        "missed_in_a_row": event.missed_in_a_row,
        "last_contact_at": event.last_contact_at,
        "band": file.band,
    }


@_told.register
def _(event: CaseAllocated, file: CaseFile) -> tuple[str, Mapping[str, Any]]:
    del file
    return "case_allocated", {"practitioner_id": event.practitioner_id, "team_id": event.team_id}


@_told.register
def _(event: CaseClosed, file: CaseFile) -> tuple[str, Mapping[str, Any]]:
    del file
    return "case_closed", {"outcomes": list(event.outcomes), "by": event.by}
