"""What the notifications service says."""

from __future__ import annotations

from marshmallow import fields

from services.contracts import vocabulary as v
from services.contracts.dash import CUES, GROUNDS
from services.contracts.vocabulary import Data

ESCALATION_REASONS = (
    "not_acknowledged",
    "acknowledgement_expired",
    "not_resolved",
    "delivery_failed",
    "case_allocated",
    "handed_over",
)
DRILL_OUTCOMES = ("raised", "not_high", "nobody_told")
STATES = ("raised", "delivered", "acknowledged", "actioned", "resolved")


class Audience(Data):
    """Who is to be told now: people by account, or everybody with a role in the area."""

    roles = v.codes("practitioner", "manager", "duty_manager")
    account_ids = fields.List(v.identifier(), required=True)


class AlertData(Data):
    """What every event of an alert carries; `level` is the escalation rung, 0 for the first."""

    alert_id = v.identifier()
    alert_reference = v.reference()
    case_reference = v.reference()
    area = v.code()
    kind = v.code(*v.ALERT_KINDS)
    severity = v.band()
    level = v.count()
    state = v.code(*STATES)
    at = v.instant()


class AlertRaisedV1(AlertData):
    """An alert is open; `source_at` is when the cause was first accepted by the platform."""

    assessment_id = v.identifier(allow_none=True)
    score = v.count(allow_none=True)
    score_max_if_unknown = v.count(allow_none=True)
    grounds = v.codes(*GROUNDS)
    cues = v.codes(*CUES)
    audience = fields.Nested(Audience, required=True)
    source_at = v.instant()


class AlertReassessedV1(AlertRaisedV1):
    """An open alert has a newer assessment; `worsened` breaks through an acknowledgement."""

    worsened = fields.Boolean(required=True)


class AlertEscalatedV1(AlertData):
    """Nobody acknowledged, acted or ended it in time, or the case has a new lead: more are told."""

    audience = fields.Nested(Audience, required=True)
    reason = v.code(*ESCALATION_REASONS)


class AlertDeliveredV1(AlertData):
    """An alert has reached a person."""

    responder_id = v.identifier()
    channel = v.code("inbox", "email", "sms", "chat", "webhook", "push")


class AlertAcknowledgedV1(AlertData):
    """A named person has taken the alert on."""

    responder_id = v.identifier()
    expires_at = v.instant()


class AlertActionedV1(AlertData):
    """A named person has done something about it."""

    responder_id = v.identifier()
    action = v.code(*v.ACTIONS)


class AlertResolvedV1(AlertData):
    """A named person has ended the alert with an outcome."""

    responder_id = v.identifier()
    outcome = v.code(*v.ALERT_OUTCOMES)


class AlertDeliveryFailedV1(AlertData):
    """A channel could not deliver to a person."""

    responder_id = v.identifier()
    channel = v.code("inbox", "email", "sms", "chat", "webhook", "push")


class DrillRaisedV1(Data):
    """A drill has come to where alerts are raised; `outcome` tells whether one would have been."""

    number = v.count()
    began_at = v.instant()
    outcome = v.code(*DRILL_OUTCOMES)
