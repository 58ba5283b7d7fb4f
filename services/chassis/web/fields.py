"""Kinds of fields that the doors take: each says in a sentence what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, timedelta
from typing import Any, Protocol

from marshmallow import ValidationError, fields, validate

from services.chassis import clock

LONGEST_LINE = 200
LONGEST_TEXT = 4000
EASTERNMOST = timedelta(hours=3)

NEEDED: dict[str, Any] = {"required": True}
OPTIONAL: dict[str, Any] = {"load_default": None}


def said(sentence: str) -> dict[str, Any]:
    """Return marshmallow's messages with our sentence for a value of another kind."""
    return {"invalid": sentence}


def today() -> date:
    """Return the date where the day begins first among the areas served (Romania in summer)."""
    return (clock.now() + EASTERNMOST).date()


class Text(fields.String):
    """Text without blanks around it; never empty, never over its length."""

    def __init__(self, longest: int = LONGEST_LINE, *checks: Any, **options: Any) -> None:
        length = validate.Length(1, longest, error=f"Write 1 to {longest} characters.")
        super().__init__(validate=[length, *checks], error_messages=said("Send text."), **options)

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        return super()._deserialize(value, attr, data, **options).strip()


class Day(fields.Date):
    """A day up to today, kept as the ISO 8601 text that it came as, which sorts as days do."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            error_messages=said("Write the date as year-month-day: 2026-03-31."), **options
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        day = super()._deserialize(value, attr, data, **options)
        if day > today():
            raise ValidationError("This date is in the future. Give the day that it happened.")
        return day.isoformat()

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value


class Moment(fields.AwareDateTime):
    """A moment with its zone, kept in UTC; one so far away that UTC has no year for it is none."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        moment = super()._deserialize(value, attr, data, **options)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None


def text(**options: Any) -> Text:
    """Return a field for free text of a page or two."""
    return Text(LONGEST_TEXT, **options)


def choice(*codes: str, **options: Any) -> fields.String:
    """Return a field for one of some codes."""
    one_of = validate.OneOf(codes, error="Choose one of: {choices}.")
    return fields.String(validate=one_of, **options)


def some(kind: fields.Field[Any], most: int = 30) -> fields.List[Any]:
    """Return a field for a list of up to `most`, empty unless told."""
    few = validate.Length(max=most, error=f"Give {most} at the most.")
    return fields.List(kind, validate=few, load_default=list)


def at_least_one(kind: fields.Field[Any], most: int = 30) -> fields.List[Any]:
    """Return a needed field for a list of one to `most`."""
    few = validate.Length(1, most, error=f"Give 1 to {most}.")
    return fields.List(kind, validate=few, required=True)


def flag(**options: Any) -> fields.Boolean:
    """Return a field for true or false, in JSON's own form only."""
    words = said("Answer with true or false.")
    return fields.Boolean(truthy={True}, falsy={False}, error_messages=words, **options)


def whole_number(least: int, most: int, **options: Any) -> fields.Integer:
    """Return a field for a whole number between two others, in JSON's own form only."""
    words = said("Send a whole number.")
    within = validate.Range(least, most, error=f"Give a number from {least} to {most}.")
    return fields.Integer(strict=True, error_messages=words, validate=within, **options)


def time_of_day(name: str) -> Text:
    """Return a needed field for a time such as 09:00, told under `name`."""
    clock_face = validate.Regexp(
        r"^([01]\d|2[0-3]):[0-5]\d$", error="Write the time as hours and minutes: 09:00 or 17:30."
    )
    return Text(5, clock_face, required=True, data_key=name, attribute=name)


def telephone_number() -> Text:
    """Return an optional field for a telephone number, however it is written."""
    dialled = validate.Regexp(
        r"^\+?[0-9(][0-9 ()./-]{4,29}$", error="Write digits, with + and the country if abroad."
    )
    return Text(30, dialled, **OPTIONAL)


def email_address() -> fields.Email:
    """Return an optional field for an e-mail address."""
    words = said("Write an e-mail address: name@example.org.")
    length = validate.Length(max=254, error="Write 254 characters at the most.")
    return fields.Email(error_messages=words, validate=length, **OPTIONAL)


def code(**options: Any) -> Text:
    """Return a field for a short code of our own making, such as an area's."""
    shape = validate.Regexp(
        r"^[a-z0-9][a-z0-9_.-]*$", error="A code has small letters, digits and _ . - only."
    )
    return Text(64, shape, **options)


class Fault(Protocol):
    """One thing wrong with parts that do not fit together, as a service's domain tells it."""

    @property
    def path(self) -> tuple[str | int, ...]:
        """Names and places from the whole down to the field."""

    @property
    def detail(self) -> str:
        """A sentence that says what would be right."""


def refuse(faults: Iterable[Fault]) -> None:
    """Tell a domain's faults as marshmallow does, each under its own field.

    Raises:
        ValidationError: there is at least one.

    """
    messages: dict[str | int, Any] = {}
    for fault in faults:
        *outer, field = fault.path
        place = messages
        for name in outer:
            place = place.setdefault(name, {})
        place.setdefault(field, []).append(fault.detail)
    if messages:
        raise ValidationError(messages)
