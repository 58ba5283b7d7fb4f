"""What has happened to an alert, in the words of the domain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AlertEvent:
    """What every event says: when, and the state and level that the alert reached by it."""

    at: datetime
    state: str
    level: int


@dataclass(frozen=True, slots=True)
class AlertRaised(AlertEvent):
    """An alert is open."""


@dataclass(frozen=True, slots=True)
class AlertReassessed(AlertEvent):
    """An open alert has a newer cause; one that `worsened` starts the steps again."""

    worsened: bool


@dataclass(frozen=True, slots=True)
class AlertEscalated(AlertEvent):
    """More people are told, or the same again; `reason` is a code of the contract."""

    reason: str


CALLING = (AlertRaised, AlertReassessed, AlertEscalated)
"""What may ask somebody to act."""


@dataclass(frozen=True, slots=True)
class AlertDelivered(AlertEvent):
    """The alert has reached a first person since it was raised."""

    responder_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class AlertDeliveryFailed(AlertEvent):
    """A channel could not reach a person."""

    responder_id: str
    channel: str


@dataclass(frozen=True, slots=True)
class AlertAcknowledged(AlertEvent):
    """A named person has taken the alert on, until `expires_at`."""

    responder_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AlertActioned(AlertEvent):
    """A named person has done something about it."""

    responder_id: str
    action: str


@dataclass(frozen=True, slots=True)
class AlertResolved(AlertEvent):
    """A named person has ended the alert."""

    responder_id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class DrillRaised:
    """A drill that began at a moment came to where alerts are raised, with this outcome."""

    outcome: str
    began_at: datetime
