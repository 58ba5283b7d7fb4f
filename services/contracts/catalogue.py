"""The catalogue of events: what each means, who says it, who hears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError

from services.contracts import notifications, referrals, risk, sessions
from services.contracts.envelope import Announcement

SchemaClass = type[Schema]


class UnknownEvent(Exception):
    """No contract has this type and version."""


class ContractBroken(Exception):
    """The data do not fit the contract; the message names fields, never their values."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One version of one event."""

    type: str
    version: int
    publisher: str
    schema: SchemaClass
    hearers: tuple[str, ...]

    @property
    def meaning(self) -> str:
        """Return what the event says, in one sentence."""
        return (self.schema.__doc__ or "").strip().splitlines()[0]

    @property
    def routing_key(self) -> str:
        """Return the name on the wire."""
        return f"{self.type}.v{self.version}"

    @property
    def lasting_hearers(self) -> tuple[str, ...]:
        """Return who hears it by a queue that keeps it; the portal's live with its processes."""
        return tuple(hearer for hearer in self.hearers if hearer != PORTAL)


PORTAL = "portal"
_ALERT = (PORTAL, "sessions")

CONTRACTS: tuple[Contract, ...] = (
    Contract(
        "referral_submitted",
        1,
        "referrals",
        referrals.ReferralSubmittedV1,
        ("risk", "sessions", "notifications"),
    ),
    Contract(
        "referral_status_changed",
        1,
        "referrals",
        referrals.ReferralStatusChangedV1,
        ("sessions", "notifications"),
    ),
    Contract("drill_begun", 1, "referrals", referrals.DrillBegunV1, ("risk",)),
    Contract(
        "risk_assessed", 1, "risk", risk.RiskAssessedV1, ("notifications", "sessions", "referrals")
    ),
    Contract("drill_assessed", 1, "risk", risk.DrillAssessedV1, ("notifications",)),
    Contract("session_recorded", 1, "sessions", sessions.SessionRecordedV1, ("risk", "referrals")),
    Contract("engagement_lapsed", 1, "sessions", sessions.EngagementLapsedV1, ("notifications",)),
    Contract("case_allocated", 1, "sessions", sessions.CaseAllocatedV1, ("notifications",)),
    Contract(
        "case_closed", 1, "sessions", sessions.CaseClosedV1, ("notifications", "risk", "referrals")
    ),
    Contract("alert_raised", 1, "notifications", notifications.AlertRaisedV1, (*_ALERT, "risk")),
    Contract(
        "alert_reassessed", 1, "notifications", notifications.AlertReassessedV1, (*_ALERT, "risk")
    ),
    Contract("alert_escalated", 1, "notifications", notifications.AlertEscalatedV1, _ALERT),
    Contract("alert_delivered", 1, "notifications", notifications.AlertDeliveredV1, _ALERT),
    Contract("alert_acknowledged", 1, "notifications", notifications.AlertAcknowledgedV1, _ALERT),
    Contract("alert_actioned", 1, "notifications", notifications.AlertActionedV1, _ALERT),
    Contract("alert_resolved", 1, "notifications", notifications.AlertResolvedV1, _ALERT),
    Contract(
        "alert_delivery_failed", 1, "notifications", notifications.AlertDeliveryFailedV1, _ALERT
    ),
    Contract(
        "drill_raised", 1, "notifications", notifications.DrillRaisedV1, (PORTAL, "referrals")
    ),
)

CATALOGUE: Mapping[tuple[str, int], Contract] = {(c.type, c.version): c for c in CONTRACTS}

_SCHEMAS: Mapping[tuple[str, int], Schema] = {key: c.schema() for key, c in CATALOGUE.items()}


def contract(type: str, version: int) -> Contract:
    """Return the contract of an event.

    Raises:
        UnknownEvent: there is none.

    """
    try:
        return CATALOGUE[(type, version)]
    except KeyError:
        raise UnknownEvent(f"{type}.v{version}") from None


def write(announcement: Announcement) -> dict[str, Any]:
    """Return the data of an announcement as JSON values, proved against its contract.

    Raises:
        UnknownEvent: no such contract.
        ContractBroken: a field is missing, unknown or of the wrong shape.

    """
    found = contract(announcement.type, announcement.version)
    schema = _SCHEMAS[(found.type, found.version)]
    unknown = set(announcement.data) - set(schema.fields)
    written: dict[str, Any] = schema.dump(announcement.data)
    faults = sorted(unknown | set(schema.validate(written)))
    if faults:
        raise ContractBroken(f"{found.routing_key}: {', '.join(map(str, faults))}")
    return written


def read(type: str, version: int, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a received event as Python values; unknown fields are left out.

    Raises:
        UnknownEvent: no such contract.
        ContractBroken: a field is missing or of the wrong shape.

    """
    found = contract(type, version)
    try:
        loaded: dict[str, Any] = _SCHEMAS[(type, version)].load(data, unknown=EXCLUDE)
    except ValidationError as error:
        faults = sorted(map(str, error.messages_dict))
        raise ContractBroken(f"{found.routing_key}: {', '.join(faults)}") from None
    return loaded
