"""No field of the published language can hold a name, an address, a telephone number or a story.

Walks every schema: a text must belong to a closed set or match the pattern of a code, a reference,
an identifier or a trace; every other field is a number, a truth value or a moment.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from marshmallow import Schema, fields, validate

from services.contracts import vocabulary
from services.contracts.catalogue import CATALOGUE, Contract
from services.contracts.envelope import EnvelopeSchema

PATTERNS = (
    vocabulary.CODE,
    vocabulary.REFERENCE,
    vocabulary.IDENTIFIER,
    vocabulary.TRACEPARENT,
)
PLAIN = (fields.Integer, fields.Boolean, fields.AwareDateTime)
IDENTIFYING = (
    "Maria Popescu",
    "Gjøa-Ólafsdóttir Éva",
    "12 Mill Lane",
    "+44 7700 900123",
    "maria@example.org",
    "SW1A 1AA",
    "he found her phone\nand broke it",
    "",
)


def texts(schema: Schema, path: str) -> Iterator[tuple[str, fields.Field]]:
    """Yield every field that is no number, truth value or moment, with its path."""
    for name, field in schema.fields.items():
        yield from inside(field, f"{path}.{name}")


def inside(field: fields.Field, path: str) -> Iterator[tuple[str, fields.Field]]:
    if isinstance(field, fields.Nested):
        yield from texts(field.schema, path)
    elif isinstance(field, fields.List):
        yield from inside(field.inner, f"{path}[]")
    elif isinstance(field, fields.Dict) and field.key_field and field.value_field:
        yield from inside(field.key_field, f"{path}.key")
        yield from inside(field.value_field, f"{path}.value")
    elif type(field) not in PLAIN:
        yield path, field


def every_text() -> Iterator[tuple[str, fields.Field]]:
    for known in CATALOGUE.values():
        yield from texts(known.schema(), known.routing_key)
    envelope = EnvelopeSchema(exclude=["data", "type"])
    yield from texts(envelope, "envelope")


EVERY_TEXT = pytest.mark.parametrize(
    "field", [pytest.param(field, id=path) for path, field in every_text()]
)


@EVERY_TEXT
def test_a_text_is_of_a_closed_set_or_a_pattern(field: fields.Field) -> None:
    assert type(field) is fields.String
    assert any(isinstance(rule, validate.OneOf) or rule in PATTERNS for rule in field.validators), (
        "a text field needs a closed set, or to be a code, a reference or an identifier"
    )


@EVERY_TEXT
def test_what_identifies_a_person_is_refused(field: fields.Field) -> None:
    for text in IDENTIFYING:
        with pytest.raises(validate.ValidationError):
            field.deserialize(text)


@pytest.mark.parametrize("known", CATALOGUE.values(), ids=lambda one: one.routing_key)
def test_no_field_is_named_after_what_identifies_a_person(known: Contract) -> None:
    words = {"name", "address", "postcode", "telephone", "phone", "email", "born", "note", "text"}
    for name in known.schema().fields:
        assert not words & set(name.split("_")), f"{known.routing_key}.{name}"
