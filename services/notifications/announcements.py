"""From what has happened to an alert to what the bus is told of it: ids and codes only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from services.contracts.envelope import Announcement
from services.notifications.domain import events
from services.notifications.domain.drill import Drill
from services.notifications.domain.escalation import Audience
from services.notifications.domain.model import Alert

NAMES: Mapping[type[object], str] = {
    events.AlertRaised: "alert_raised",
    events.AlertReassessed: "alert_reassessed",
    events.AlertEscalated: "alert_escalated",
    events.AlertDelivered: "alert_delivered",
    events.AlertDeliveryFailed: "alert_delivery_failed",
    events.AlertAcknowledged: "alert_acknowledged",
    events.AlertActioned: "alert_actioned",
    events.AlertResolved: "alert_resolved",
}
_TELL_THE_CAUSE = (events.AlertRaised, events.AlertReassessed)
_CALL_PEOPLE = (*_TELL_THE_CAUSE, events.AlertEscalated)


def announce(alert: Alert, event: object) -> Announcement:
    """Return the announcement of a domain event."""
    return Announcement(NAMES[type(event)], 1, _data(alert, event))


def announce_drill(drill: Drill, event: object) -> Announcement:
    """Return the announcement that a drill has come here.

    Raises:
        TypeError: something else has happened, of which nothing is said.

    """
    if not isinstance(event, events.DrillRaised):
        raise TypeError(f"{type(event).__name__} of a drill has no announcement")
    data = {"number": drill.number, "began_at": event.began_at, "outcome": event.outcome}
    return Announcement("drill_raised", 1, data)


def announce_nothing(_root: object, event: object) -> Announcement:
    """Refuse: of allocations, matters, people, policies and rotas nothing is said."""
    raise TypeError(f"this says nothing, least of all {type(event).__name__}")


def _data(alert: Alert, event: object) -> dict[str, Any]:
    said = {
        "alert_id": alert.id,
        "alert_reference": alert.reference,
        "case_reference": alert.case_reference,
        "area": alert.area,
        "kind": alert.kind.value,
        "severity": alert.severity,
    }
    if isinstance(event, events.AlertEvent):
        said |= {field.name: getattr(event, field.name) for field in fields(event)}
    if isinstance(event, _TELL_THE_CAUSE):
        said |= _cause(alert)
    return said | ({"audience": _audience(alert.audience)} if _calls(event) else {})


def _calls(event: object) -> bool:
    return isinstance(event, _CALL_PEOPLE)


def _cause(alert: Alert) -> dict[str, Any]:
    scored = alert.assessment
    return {
        "assessment_id": scored.id if scored else None,
        "score": scored.score if scored else None,
        "score_max_if_unknown": scored.score_max_if_unknown if scored else None,
        "grounds": list(scored.grounds) if scored else [],
        "cues": list(scored.cues) if scored else [],
        "source_at": alert.source_at,
    }


def _audience(audience: Audience) -> dict[str, list[str]]:
    return {"roles": list(audience.roles), "account_ids": list(audience.account_ids)}
