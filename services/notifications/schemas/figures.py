"""The figures of an area as managers get them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.vocabulary import ALERT_KINDS, CODE


class FiguresQuery(Schema):
    """Of which area, and of alerts raised in how many days up to now."""

    area = fields.String(required=True, validate=CODE)
    days = fields.Integer(load_default=28, validate=validate.Range(min=1, max=366))


class TimesView(Schema):
    """`of` alerts, of which `done` came so far; seconds at p50, p90, p99 of these."""

    of = fields.Integer()
    done = fields.Integer()
    percentiles = fields.Dict(fields.String(), fields.Float())


class KindFigures(Schema):
    """The figures of one kind of alert."""

    kind = fields.String(validate=validate.OneOf(ALERT_KINDS))
    to_acknowledge = fields.Nested(TimesView)
    to_act = fields.Nested(TimesView)
    open_by_age = fields.Dict(fields.String(), fields.Integer())
    open_by_level = fields.Dict(fields.String(), fields.Integer())


class FiguresView(Schema):
    """How soon the alerts of an area were answered, and which are open now."""

    area = fields.String()
    since = fields.AwareDateTime()
    kinds = fields.List(fields.Nested(KindFigures))
