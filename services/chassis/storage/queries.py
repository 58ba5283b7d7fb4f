"""How questions to a collection are put together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
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
    """Return a filter that asks for both; flat where no field is named twice."""
    if query.keys() & condition.keys():
        return {"$and": [dict(query), dict(condition)]}
    return {**query, **condition}
