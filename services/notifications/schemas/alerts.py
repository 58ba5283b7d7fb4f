"""What the doors take and give: JSON in, with every fault told at once; JSON out."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.chassis.web.fields import Moment
from services.contracts.dash import BANDS, CUES, GROUNDS
from services.contracts.notifications import STATES
from services.contracts.vocabulary import ACTIONS, ALERT_KINDS, ALERT_OUTCOMES, REFERENCE

NOTE_LIMIT = 4000
ID_LIMIT = 100
SHOWN_LIMIT = 1000
_NOT_BLANK = validate.Regexp(r"(?s).*\S", error="Say something, or leave it out.")


class AlertsQuery(Schema):
    """Which alerts to list."""

    state = fields.String(load_default="open", validate=validate.OneOf(("open", "all")))
    case = fields.String(load_default=None, validate=REFERENCE)
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    after = fields.String(load_default=None)


class ChangesQuery(Schema):
    """From when on, and how many at once; pass `next` as `after` for more."""

    since = Moment(required=True, default_timezone=UTC)
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))
    after = fields.String(load_default=None)


class RecordAction(Schema):
    """What was done."""

    kind = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    note = fields.String(load_default=None, validate=[validate.Length(max=NOTE_LIMIT), _NOT_BLANK])

    @validates_schema
    def other_needs_note(self, data: dict[str, Any], **_: Any) -> None:
        """Ask for a note where the kind says nothing."""
        if data.get("kind") == "other" and not data.get("note"):
            raise ValidationError("Say what was done.", "note")


class ResolveAlert(Schema):
    """What came of it."""

    outcome = fields.String(required=True, validate=validate.OneOf(ALERT_OUTCOMES))


class Shown(Schema):
    """An alert, and the account ids of those who were shown it."""

    alert = fields.String(required=True, validate=REFERENCE)
    people = fields.List(
        fields.String(validate=validate.Length(min=1, max=ID_LIMIT)),
        required=True,
        validate=validate.Length(min=1, max=SHOWN_LIMIT),
    )


class RecordDeliveries(Schema):
    """What was shown in open inboxes."""

    shown = fields.List(
        fields.Nested(Shown), required=True, validate=validate.Length(min=1, max=SHOWN_LIMIT)
    )


class DeliveriesRecorded(Schema):
    """Of which references there is no alert; the others are recorded."""

    not_found = fields.List(fields.String())


class AudienceView(Schema):
    """Everybody who is to know: roles in the area, and people by account id."""

    roles = fields.List(fields.String())
    account_ids = fields.List(fields.String())


class ReceiptView(Schema):
    """To whom the alert was shown."""

    person_id = fields.String()
    channel = fields.String()
    at = fields.AwareDateTime()


class ActionView(Schema):
    """What was done; the note is open only where one alert is read."""

    kind = fields.String(validate=validate.OneOf(ACTIONS))
    by = fields.String()
    at = fields.AwareDateTime()
    has_note = fields.Boolean()
    note = fields.String(attribute="text", allow_none=True)


class TransitionView(Schema):
    """One change of the alert; `times` and `last_at` tell of repeats of the same step."""

    what = fields.String()
    by = fields.String()
    at = fields.AwareDateTime()
    state = fields.String(validate=validate.OneOf(STATES))
    level = fields.Integer()
    detail = fields.String(allow_none=True)
    times = fields.Integer()
    last_at = fields.AwareDateTime(allow_none=True)


def _fact(kind: type[fields.Field[Any]], name: str) -> fields.Field[Any]:
    """Return a field for a fact that only one kind of alert has; null on the other."""
    return kind(attribute=f"facts.{name}", allow_none=True, dump_default=None)


def _codes(name: str, allowed: tuple[str, ...] | None = None) -> fields.List[Any]:
    one = fields.String(validate=validate.OneOf(allowed) if allowed else None)
    return fields.List(one, attribute=f"facts.{name}", dump_default=[])


class AlertView(Schema):
    """An alert with what it is about and all that has happened to it.

    `event` and `changed_at` name the latest event that was said of it. What was scored
    (`instrument` to `changed_items`) is null but on one of high risk, except `band` where that is
    known; `missed_in_a_row` and `last_contact_at` tell of missed sessions, `referral_reference` and
    `waiting_since` of a referral that waits, `due_review_at` of a review.
    """

    reference = fields.String(validate=REFERENCE)
    case_reference = fields.String(validate=REFERENCE)
    area = fields.String()
    kind = fields.String(validate=validate.OneOf(ALERT_KINDS))
    severity = fields.String(validate=validate.OneOf(BANDS))
    state = fields.String(validate=validate.OneOf(STATES))
    level = fields.Integer()
    top_level = fields.Integer(attribute="policy.top")
    number = fields.Integer()
    instrument = _fact(fields.String, "instrument")
    band = _fact(fields.String, "band")
    previous_band = _fact(fields.String, "previous_band")
    score = _fact(fields.Integer, "score")
    score_max_if_unknown = _fact(fields.Integer, "score_max_if_unknown")
    dont_know = _fact(fields.Integer, "dont_know")
    not_stated = _fact(fields.Integer, "not_stated")
    grounds = _codes("grounds", GROUNDS)
    cues = _codes("cues", CUES)
    changed_items = _codes("changed_items")
    due_review_at = _fact(fields.AwareDateTime, "due_review_at")
    missed_in_a_row = _fact(fields.Integer, "missed_in_a_row")
    last_contact_at = _fact(fields.AwareDateTime, "last_contact_at")
    referral_reference = _fact(fields.String, "referral_reference")
    waiting_since = _fact(fields.AwareDateTime, "waiting_since")
    audience = fields.Nested(AudienceView)
    practitioner_id = fields.String(allow_none=True)
    responder_id = fields.String(allow_none=True)
    raised_at = fields.AwareDateTime()
    since = fields.AwareDateTime()
    acknowledged_at = fields.AwareDateTime(allow_none=True)
    expires_at = fields.AwareDateTime(allow_none=True)
    next_step_at = fields.AwareDateTime(allow_none=True)
    deliveries = fields.List(fields.Nested(ReceiptView))
    actions = fields.List(fields.Nested(ActionView))
    outcome = fields.String(allow_none=True)
    history = fields.List(fields.Nested(TransitionView))
    changed_at = fields.AwareDateTime()
    event = fields.String()


class AlertList(Schema):
    """A page of alerts, and the cursor of the next (null: this is the last)."""

    items = fields.List(fields.Nested(AlertView))
    next = fields.String(allow_none=True)
