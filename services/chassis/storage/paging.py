"""Pages by cursor: a place in an order, not a number of rows to skip."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from services.chassis.logs import SafeMessage

T = TypeVar("T")
LATELY = (timedelta(days=30), timedelta(days=365))


class BadCursor(SafeMessage):
    """The cursor was not given out by this list."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items and the cursor of the next page (None: this is the last)."""

    items: tuple[T, ...]
    next: str | None


def cursor_of(document: Mapping[str, Any], ordered: Sequence[tuple[str, int]]) -> str:
    """Return the place just behind a document, opaque and fit for a URL."""
    values = [_plain(document.get(field)) for field, _ in ordered]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def condition_after(cursor: str, ordered: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Return the filter for what comes behind a cursor.

    The bound on the first field says nothing that `$or` does not, but an index can begin there: of
    `$or` alone a server may make nothing, and read all pages before.

    Raises:
        BadCursor: it cannot be read, or belongs to another list.

    """
    values = _read(cursor, len(ordered))
    field, direction = ordered[0]
    bound = {field: {"$gte" if direction > 0 else "$lte": values[0]}}
    return {**bound, "$or": [_step(ordered, values, place) for place in range(len(ordered))]}


def newest(ask: Callable[[dict[str, Any]], Page[T]], field: str, now: datetime) -> Page[T]:
    """Return the first page of what grows for ever, asked within a time that grows until it fills.

    MongoDB reads only a page of its index; the embedded server reads and sorts all that fits.
    """
    for span in LATELY:
        found = ask({field: {"$gte": now - span}})
        if found.next:
            return found
    return ask({})


def _step(ordered: Sequence[tuple[str, int]], values: list[Any], place: int) -> dict[str, Any]:
    """Equal in all fields before `place`, and behind in that one."""
    equal = {field: values[at] for at, (field, _) in enumerate(ordered[:place])}
    field, direction = ordered[place]
    return {**equal, field: {"$gt" if direction > 0 else "$lt": values[place]}}


def _read(cursor: str, expected: int) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode()))
        found = [_rich(value) for value in values]
    except (ValueError, TypeError, KeyError):
        raise BadCursor("this cursor cannot be read: begin again without `after`") from None
    if len(found) != expected:
        raise BadCursor("this cursor belongs to another list: begin again without `after`")
    return found


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _rich(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
