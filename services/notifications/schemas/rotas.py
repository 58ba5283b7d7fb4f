"""Rotas as the doors give them out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_dump, validate

from services.notifications.domain.escalation import Tells
from services.notifications.domain.layers import Layer, Listed, Unit, Weekday


def _shifts(layer: Layer) -> list[Mapping[str, str]] | None:
    if not isinstance(layer, Listed):
        return None
    return [
        {"from": window.begins.isoformat(), "until": window.ends.isoformat(), "person": person}
        for window, person in layer.shifts
    ]


class WindowView(Schema):
    """From when until when."""

    begins = fields.AwareDateTime(data_key="from")
    ends = fields.AwareDateTime(data_key="until")


class TurnView(Schema):
    """How long a turn is."""

    unit = fields.Enum(Unit, by_value=True)
    length = fields.Integer()


class HoursView(Schema):
    """When on some days a layer is active, in local time."""

    days = fields.List(fields.Enum(Weekday, by_value=True))
    begins = fields.Time(data_key="from", format="%H:%M")
    ends = fields.Time(data_key="until", format="%H:%M")


class LayerView(Schema):
    """A layer as it may be sent back: a rotation has turns, a listed one has shifts."""

    kind = fields.Function(lambda layer: "listed" if isinstance(layer, Listed) else "rotation")
    team = fields.String()
    people = fields.List(fields.String())
    begins = fields.NaiveDateTime(format="%Y-%m-%dT%H:%M")
    turn = fields.Nested(TurnView)
    hours = fields.List(fields.Nested(HoursView))
    shifts = fields.Function(_shifts)

    @post_dump
    def without_other_kind(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Leave out what a rotation does not have."""
        return {name: value for name, value in told.items() if value is not None}


class OverrideView(Schema):
    """Somebody who stands in; `swap` is the same on both halves of a swap."""

    id = fields.String()
    begins = fields.AwareDateTime(attribute="window.begins", data_key="from")
    ends = fields.AwareDateTime(attribute="window.ends", data_key="until")
    person = fields.String()
    replaces = fields.String(allow_none=True)
    swap = fields.String(allow_none=True)


class SaveView(Schema):
    """Who saved which version when."""

    version = fields.Integer()
    what = fields.String()
    by = fields.String()
    at = fields.AwareDateTime()


class OnDutyView(Schema):
    """Who is on duty; only the fallback where there is a gap."""

    people = fields.List(fields.String())
    is_fallback = fields.Boolean()


class RotaView(Schema):
    """A rota, who is on duty now, and the gaps of the next eight weeks."""

    area = fields.String(attribute="rota.area")
    tier = fields.String(attribute="rota.tier.value", validate=validate.OneOf(tuple(Tells)))
    zone = fields.String(attribute="rota.plan.zone")
    fallback = fields.String(attribute="rota.plan.fallback")
    layers = fields.List(fields.Nested(LayerView), attribute="rota.plan.layers")
    overrides = fields.List(fields.Nested(OverrideView), attribute="rota.overrides")
    version = fields.Integer(attribute="rota.version")
    accepts_gaps = fields.Boolean(attribute="rota.accepts_gaps")
    saves = fields.List(fields.Nested(SaveView), attribute="rota.saves")
    on_duty = fields.Nested(OnDutyView, attribute="now")
    gaps = fields.List(fields.Nested(WindowView))


class RotaList(Schema):
    """The rotas of an area, one for each tier that has one."""

    items = fields.List(fields.Nested(RotaView))


class ShiftView(Schema):
    """Somebody's shift; `layer` and `team` are null where she covers a gap."""

    begins = fields.AwareDateTime(attribute="window.begins", data_key="from")
    ends = fields.AwareDateTime(attribute="window.ends", data_key="until")
    person = fields.String()
    layer = fields.Integer(allow_none=True)
    team = fields.String(allow_none=True)
    instead_of = fields.String(allow_none=True)


class ShiftsView(Schema):
    """Shifts by when they begin, and when only the fallback is on duty."""

    fallback = fields.String()
    items = fields.List(fields.Nested(ShiftView))
    gaps = fields.List(fields.Nested(WindowView))
