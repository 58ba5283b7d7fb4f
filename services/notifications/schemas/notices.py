"""What was sent to whom, and what a link in a message shows."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.notifications import STATES
from services.contracts.vocabulary import ALERT_KINDS, REFERENCE


class NoticesQuery(Schema):
    """How many at once; pass `next` as `after` for more."""

    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    after = fields.String(load_default=None)


class NoticeView(Schema):
    """One notice: to whom, by which channel, where it stands; never the address."""

    alert_reference = fields.String(allow_none=True)
    area = fields.String()
    kind = fields.String()
    call = fields.Integer()
    purpose = fields.String()
    level = fields.Integer()
    person_id = fields.String()
    channel = fields.String()
    stage = fields.String()
    attempts = fields.Integer()
    made_at = fields.AwareDateTime()
    due_at = fields.AwareDateTime(allow_none=True)
    sent_at = fields.AwareDateTime(allow_none=True)
    answered_at = fields.AwareDateTime(allow_none=True)
    fault = fields.String(allow_none=True)


class NoticeList(Schema):
    """A page of notices, newest first, and the cursor of the next (null: this is the last)."""

    items = fields.List(fields.Nested(NoticeView))
    next = fields.String(allow_none=True)


class LinkView(Schema):
    """What a link shows before it is answered; a test has no alert, so all of it is null there."""

    person = fields.String(attribute="person.display_name")
    locale = fields.String(attribute="person.locale")
    time_zone = fields.String(attribute="person.time_zone")
    is_test = fields.Function(lambda opened: opened.alert is None)
    is_over = fields.Boolean()
    is_hers = fields.Boolean()
    reference = fields.String(
        attribute="alert.reference", validate=REFERENCE, dump_default=None, allow_none=True
    )
    kind = fields.String(
        attribute="alert.kind", validate=validate.OneOf(ALERT_KINDS), dump_default=None
    )
    state = fields.String(
        attribute="alert.state", validate=validate.OneOf(STATES), dump_default=None
    )
    level = fields.Integer(attribute="alert.level", dump_default=None)
    responder_id = fields.String(attribute="alert.responder_id", dump_default=None)
    expires_at = fields.AwareDateTime(attribute="alert.expires_at", dump_default=None)


class HandOver(Schema):
    """To whom: an account id."""

    to = fields.String(required=True, validate=validate.Length(min=1, max=64))


class TestsSent(Schema):
    """How many test messages are on their way."""

    sent = fields.Integer()
