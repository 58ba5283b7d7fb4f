"""What the doors of policies take and give; waits are whole seconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from services.chassis.web.fields import NEEDED, OPTIONAL, choice, refuse, whole_number
from services.chassis.web.problems import Refused, invalid
from services.contracts.vocabulary import ALERT_KINDS, CODE
from services.notifications.domain.errors import Fault
from services.notifications.domain.escalation import Rung, Tells
from services.notifications.domain.policies import MOST_RUNGS, Draft

LONGEST_S = 90 * 24 * 60 * 60


class PoliciesQuery(Schema):
    """Of which area."""

    area = fields.String(required=True, validate=CODE)


class RungTold(Schema):
    """Whom a rung adds, and how many seconds after the rung below; 0 for the first."""

    tells = choice(*(each.value for each in Tells), **NEEDED)
    after_s = whole_number(0, LONGEST_S, **NEEDED)

    @post_load
    def as_rung(self, data: dict[str, Any], **_: Any) -> Rung:
        """Return what the domain takes."""
        return Rung(Tells(data["tells"]), timedelta(seconds=data["after_s"]))


class SavePolicy(Schema):
    """A ladder with its waits, and the version that it was made from.

    High risk: responders and managers or duty managers are told, each rung waits an hour at the
    most, an acknowledgement lasts 4 hours, a repeat comes each hour, and neither may be left out.
    """

    made_from = fields.String(required=True, validate=validate.Length(1, 100))
    rungs = fields.List(
        fields.Nested(RungTold), required=True, validate=validate.Length(max=10 * MOST_RUNGS)
    )
    acknowledgement_lasts_s = whole_number(0, LONGEST_S, **NEEDED)
    repeat_every_s = whole_number(0, LONGEST_S, allow_none=True, **OPTIONAL)
    unresolved_after_s = whole_number(0, LONGEST_S, allow_none=True, **OPTIONAL)

    @post_load
    def as_draft(self, data: dict[str, Any], **_: Any) -> tuple[str, Draft]:
        """Return the version that it was made from, and what the domain takes."""
        waits = (data[name] for name in ("repeat_every_s", "unresolved_after_s"))
        repeat, unresolved = (None if w is None else timedelta(seconds=w) for w in waits)
        lasts = timedelta(seconds=data["acknowledgement_lasts_s"])
        return data["made_from"], Draft(tuple(data["rungs"]), lasts, repeat, unresolved)


class Seconds(fields.Float):
    """A wait in seconds; a whole number where it is one, as it is taken."""

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        if value is None:
            return None
        seconds = value.total_seconds()
        return int(seconds) if seconds == int(seconds) else seconds


class RungView(Schema):
    """Whom a rung adds, and how many seconds after the rung below."""

    tells = fields.String(attribute="tells.value", validate=validate.OneOf(list(Tells)))
    after_s = Seconds(attribute="after")


class PolicyView(Schema):
    """What holds, or held, in an area for one kind of alert.

    `number`, `saved_by` and `saved_at` are null where it is the default.
    """

    area = fields.String()
    kind = fields.String(attribute="kind.value", validate=validate.OneOf(ALERT_KINDS))
    version = fields.String(attribute="policy.version")
    is_default = fields.Function(lambda found: found.saved is None, metadata={"type": "boolean"})
    rungs = fields.List(fields.Nested(RungView), attribute="policy.rungs")
    acknowledgement_lasts_s = Seconds(attribute="policy.acknowledgement_lasts")
    repeat_every_s = Seconds(attribute="policy.repeat_every", allow_none=True)
    unresolved_after_s = Seconds(attribute="policy.unresolved_after", allow_none=True)
    number = fields.Integer(attribute="saved.number", allow_none=True, dump_default=None)
    saved_by = fields.String(attribute="saved.by", allow_none=True, dump_default=None)
    saved_at = fields.AwareDateTime(attribute="saved.at", allow_none=True, dump_default=None)


class PolicyList(Schema):
    """Policies of an area."""

    items = fields.List(fields.Nested(PolicyView))


def refused(faults: Iterable[Fault]) -> Refused:
    """Return the refusal that names every fault by its field, of a list as a whole too."""
    framed = (Fault((*fault.path, "_schema"), fault.detail) for fault in faults)
    try:
        refuse(framed)
    except ValidationError as error:
        return Refused(invalid(error.messages))
    return Refused(invalid({}))
