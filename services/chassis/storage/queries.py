"""How questions to a collection are put together. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from services.chassis.ids import BadReference, read_reference
from services.chassis.storage.mongo import Document


def by_key(key: str) -> Document:
    """Return the filter for an id, or for a reference that people see."""
    try:
        return {"reference": read_reference(key)}
    except BadReference:
        return {"_id": key}


def any_of(value: Any) -> Any:
    """Return the condition for a value, or for any of a list; one of one is plain equality.

    Two fields with lists are more than the embedded server's indexes serve at once.
    """
    if not isinstance(value, list | tuple | set | frozenset):
        return value
    return next(iter(value)) if len(value) == 1 else {"$in": list(value)}


def both(query: Mapping[str, Any], condition: Mapping[str, Any]) -> Document:
    """Return a filter that asks for both; flat where each field that both name is of a few values.

    For an `$and` the embedded server looks through everything.
    """
    shared = {name: _common(query[name], condition[name]) for name in query if name in condition}
    if None in shared.values():
        return {"$and": [dict(query), dict(condition)]}
    return {**query, **condition, **{name: any_of(values) for name, values in shared.items()}}


def within(query: Mapping[str, Any], bound: Mapping[str, Mapping[str, Any]]) -> Document:
    """Return a filter for the same within a bound, which goes before another of its kind."""
    return {**query, **{name: {**_operators(query.get(name)), **of} for name, of in bound.items()}}


def but(query: Mapping[str, Any], ids: Collection[str]) -> Document:
    """Return a filter for the same without some documents."""
    return {**query, "_id": {"$nin": list(ids)}} if ids else dict(query)


def _operators(condition: Any) -> Mapping[str, Any]:
    return condition if isinstance(condition, Mapping) else {}


def _common(one: Any, other: Any) -> list[Any] | None:
    """Return the values that two conditions allow; None where one of them is no list of values."""
    allowed = _values(one), _values(other)
    if allowed[0] is None or allowed[1] is None:
        return None
    return [value for value in allowed[0] if value in allowed[1]]


def _values(condition: Any) -> list[Any] | None:
    if not isinstance(condition, Mapping):
        return [condition]
    return list(condition["$in"]) if condition.keys() == {"$in"} else None
