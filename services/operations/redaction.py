"""A dead letter as it may be shown: ids, codes, numbers, moments, and nothing that identifies.

By contract nothing on the bus identifies anybody; but a dead letter may be what broke the contract.
So a value is shown only where its contract has a field for it and the value fits that field. Of
all else only its kind and length are told. No hash of a value: a date of birth is soon guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields

from services.contracts.catalogue import CATALOGUE
from services.contracts.envelope import Envelope
from services.operations.letter import DeadLetter
from services.operations.wayback import CannotReturn, way_back

_PLAIN = ("event_id", "case_id", "seq", "correlation_id", "causation_id", "traceparent")
JSON = "application/json"
LARGEST = 1_000_000  # no count of ours is larger; a telephone number is
_KINDS = {str: "text", dict: "object", list: "list", bool: "yes or no", int: "number"}
Shown = dict[str, Any]


def shown(letter: DeadLetter) -> Shown:
    """Return all that may be seen of a dead letter, as JSON values."""
    kind = letter.content_type
    told = summary(letter) | {"content_type": kind if kind in (JSON, None) else _described(kind)}
    if letter.envelope is None:
        return told | {"body": f"{len(letter.body)} octets, SHA-256 {letter.digest}…"}
    told |= {"replay": _fate(letter)}
    return told | {"envelope": _envelope(letter.envelope), "data": _data(letter.envelope)}


def summary(letter: DeadLetter) -> Shown:
    """Return a dead letter in one line of a list."""
    found = letter.envelope
    return {
        "place": letter.place,
        "consumer": letter.consumer,
        "event_id": letter.id,
        "event": letter.event,
        "said_at": found.occurred_at.isoformat() if found else None,
        "case_id": found.case_id if found else None,
        "attempts": letter.attempts,
        "reason": letter.reason,
        "queue": letter.origin,
    }


def _fate(letter: DeadLetter) -> str:
    try:
        return f"can go back to {way_back(letter).queue}"
    except CannotReturn as refused:
        return f"not possible: {refused}"


def _envelope(found: Envelope) -> Shown:
    known = {name: getattr(found, name) for name in _PLAIN}
    return known | {"producer": found.producer}


def _data(found: Envelope) -> Shown:
    contract = CATALOGUE.get((found.type, found.version))
    return _object(contract.schema() if contract else Schema(), found.data)


def _object(schema: Schema, told: Mapping[str, Any]) -> Shown:
    """Return an object field by field; names that no contract has are not shown either."""
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    seen: Shown = {
        name: _value(known[name], value) for name, value in told.items() if name in known
    }
    strange = [value for name, value in told.items() if name not in known]
    return seen | ({"(unexpected)": [_described(value) for value in strange]} if strange else {})


def _value(field: Any, value: Any) -> Any:
    """Return a value if it fits its field, else what kind of thing it is."""
    if isinstance(field, fields.Nested) and isinstance(value, Mapping):
        return _object(field.schema, value)
    if isinstance(field, fields.List) and isinstance(value, list):
        return [_value(field.inner, each) for each in value]
    if isinstance(field, fields.Dict) and isinstance(value, Mapping):
        return _pairs(field, value)
    return value if _fits(field, value) else _described(value)


def _pairs(field: fields.Dict, told: Mapping[str, Any]) -> Shown:
    return {
        (key if _fits(field.key_field, key) else _described(key)): _value(field.value_field, value)
        for key, value in told.items()
    }


def _fits(field: Any, value: Any) -> bool:
    if field is None or (isinstance(value, int) and abs(value) >= LARGEST):
        return False
    try:
        field.deserialize(value)
    except ValidationError:
        return False
    return True


def _described(value: Any) -> str:
    kind = _KINDS.get(type(value), "value")
    length = f" of {len(value)}" if isinstance(value, str | list | dict) else ""
    return f"<not shown: {kind}{length}>"
