"""What the doors of rotas take and give.

Only the shape is checked here; what is wrong with a rota is told by the domain, all of it at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.chassis.web import problems
from services.chassis.web.fields import Moment, choice, flag, some, time_of_day
from services.chassis.web.problems import Problem, faulty, pointer_to
from services.contracts.vocabulary import CODE
from services.notifications.domain.errors import Fault, RotaUnknown
from services.notifications.domain.escalation import Tells
from services.notifications.domain.layers import (
    Hours,
    Layer,
    Listed,
    Piece,
    Rotation,
    Turn,
    Unit,
    Weekday,
)
from services.notifications.domain.rota_faults import YEARS
from services.notifications.domain.rota_plan import Plan
from services.notifications.domain.wall import Window
from services.notifications.usecases.duty import Which

LONGEST_RANGE = timedelta(days=366)
MOST_SHIFTS = 2000
_PERSON = validate.Regexp(r"^([A-Za-z0-9][A-Za-z0-9:_.-]{0,63})?\Z", error="Give an account id.")
MISSING = "Missing data for required field."


def which(area: str, tier: str) -> Which:
    """Return the rota that a URL names.

    Raises:
        RotaUnknown: the area is no code, or there is no such tier.

    """
    try:
        return Which(str(CODE(area)), Tells(tier))
    except (ValidationError, ValueError):
        raise RotaUnknown from None


def problem(faults: Iterable[Fault]) -> Problem:
    """Return what the domain found wrong as the doors tell it."""
    return faulty(
        problems.Fault(pointer_to(each.path), each.code, each.detail, each.params)
        for each in faults
    )


def _person() -> fields.String:
    return fields.String(load_default="", validate=_PERSON)


def _version(**options: Any) -> fields.Integer:
    return fields.Integer(validate=validate.Range(min=0), **options)


class WindowBody(Schema):
    """From when until when, each with its zone."""

    begins = Moment(required=True, data_key="from")
    ends = Moment(required=True, data_key="until")


class ShiftBody(WindowBody):
    """One person's shift."""

    person = _person()

    @post_load
    def as_piece(self, told: dict[str, Any], **_: Any) -> Piece:
        """Return it as the domain has it."""
        return Window(told["begins"], told["ends"]), told["person"]


class TurnBody(Schema):
    """How long a turn is."""

    unit = choice(*Unit, required=True)
    length = fields.Integer(required=True, strict=True)

    @post_load
    def as_turn(self, told: dict[str, Any], **_: Any) -> Turn:
        """Return it as the domain has it."""
        return Turn(Unit(told["unit"]), told["length"])


class HoursBody(Schema):
    """When on some days a layer is active; it ends on the next day where `until` is not later."""

    days = some(choice(*Weekday), most=7)
    begins = time_of_day("from")
    ends = time_of_day("until")

    @post_load
    def as_hours(self, told: dict[str, Any], **_: Any) -> Hours:
        """Return it as the domain has it."""
        begins, ends = (time.fromisoformat(told[name]) for name in ("from", "until"))
        return Hours(tuple(day for day in Weekday if day in told["days"]), begins, ends)


class LayerBody(Schema):
    """A team that takes turns (`rotation`), or whose shifts are listed one by one (`listed`).

    `begins` is the first hand-over in the local time of the rota, without a zone.
    """

    kind = choice("rotation", "listed", load_default="rotation")
    team = fields.String(load_default="", validate=validate.Length(max=64))
    people = some(_person(), most=100)
    begins = fields.NaiveDateTime(load_default=None)
    turn = fields.Nested(TurnBody, load_default=None)
    hours = some(fields.Nested(HoursBody), most=20)
    shifts = some(fields.Nested(ShiftBody), most=MOST_SHIFTS)

    @validates_schema
    def rotation_has_turns(self, told: dict[str, Any], **_: Any) -> None:
        """Ask a rotation for its first hand-over and the length of its turns."""
        needed = ("begins", "turn") if told["kind"] == "rotation" else ()
        missing = {name: [MISSING] for name in needed if told[name] is None}
        if missing:
            raise ValidationError(missing)

    @post_load
    def as_layer(self, told: dict[str, Any], **_: Any) -> Layer:
        """Return it as the domain has it."""
        if told["kind"] == "listed":
            return Listed(told["team"], tuple(sorted(told["shifts"])))
        return Rotation(
            team=told["team"],
            people=tuple(told["people"]),
            begins=told["begins"],
            turn=told["turn"],
            hours=tuple(told["hours"]),
        )


class SaveRota(Schema):
    """The plan of a rota, and the version that it was made from: 0 where there was none."""

    version = _version(required=True)
    accept_gaps = flag(load_default=False)
    zone = fields.String(load_default="", validate=validate.Length(max=64))
    fallback = _person()
    layers = some(fields.Nested(LayerBody), most=20)

    @post_load
    def with_plan(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Return the plan as the domain has it, beside the rest."""
        plan = Plan(told["zone"], told["fallback"], tuple(told["layers"]))
        return {"plan": plan, "version": told["version"], "accept_gaps": told["accept_gaps"]}


class AddOverride(WindowBody):
    """Somebody stands in: for one person, or for everybody where `replaces` is left out."""

    person = _person()
    replaces = fields.String(load_default=None, allow_none=True, validate=_PERSON)
    version = _version(load_default=None)


class SwapShifts(Schema):
    """Two people take each other's shift; each is told as it was before."""

    first = fields.Nested(ShiftBody, required=True)
    second = fields.Nested(ShiftBody, required=True)
    version = _version(load_default=None)


class TakeBackQuery(Schema):
    """Whether the gaps that open by it are accepted."""

    accept_gaps = fields.Boolean(load_default=False)
    version = _version(load_default=None)


class RotasQuery(Schema):
    """Of which area."""

    area = fields.String(required=True, validate=CODE)


class ShiftsQuery(Schema):
    """From when until when, a year at the most."""

    since = Moment(required=True)
    until = Moment(required=True)

    @validates_schema
    def is_a_time(self, told: dict[str, Any], **_: Any) -> None:
        """Ask for a time that ends after it begins, and is no longer than a year."""
        if not told["since"] < told["until"] <= told["since"] + LONGEST_RANGE:
            raise ValidationError("Ask until later than since, and for 366 days at most.", "until")
        if told["since"].year not in YEARS or told["until"].year not in YEARS:
            raise ValidationError("Ask for times from 2000 to 2100.", "since")


class CalendarQuery(Schema):
    """For how many weeks from now on."""

    weeks = fields.Integer(load_default=8, validate=validate.Range(min=1, max=52))


class ImportCalendar(Schema):
    """An iCalendar text whose events are overrides, or the shifts of a layer of the `team`.

    `people` says whom a name or an e-mail address in it means, by account id; it is not kept.
    """

    calendar = fields.String(required=True, validate=validate.Length(1))
    taken_as = choice("overrides", "layer", required=True, data_key="as", attribute="taken_as")
    team = fields.String(load_default="Calendar", validate=validate.Length(1, 64))
    people = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 254)),
        values=fields.String(required=True, validate=_PERSON),
        load_default=dict,
        validate=validate.Length(max=500),
    )
    version = _version(required=True)
    accept_gaps = flag(load_default=False)
