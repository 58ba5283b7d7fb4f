"""Pages by cursor: a place in an order, not a number of rows to skip."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from services.chassis.logs import SafeMessage
from services.chassis.storage.mongo import Document

T = TypeVar("T")
_OTHER_LIST = "this cursor belongs to another list: begin again without `after`"
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


def found_after(
    ask: Callable[[Mapping[str, Any], int], list[Document]],
    after: str | None,
    ordered: Sequence[tuple[str, int]],
    wanted: int,
) -> list[Document]:
    """Return so many documents behind a cursor, or the first of all; `ask` finds some in a bound.

    The bound begins with the cursor's own place, and what shares it is left out here. An `$or`
    would say it all, but for that the embedded server looks through everything.

    Raises:
        BadCursor: it cannot be read, or belongs to another list.

    """
    if not after:
        return ask({}, wanted)
    values, asked = _read(after, len(ordered)), wanted + 1
    field, direction = ordered[0]
    bound = {field: {"$gte" if direction > 0 else "$lte": values[0]}}
    while True:
        documents = ask(bound, asked)
        behind = _behind(documents, values, ordered)
        if len(behind) >= wanted or len(documents) < asked:
            return behind[:wanted]
        asked *= 2


def newest(
    ask: Callable[[Document], Page[T]], field: str, after: str | None, now: datetime
) -> Page[T]:
    """Return a page of what grows for ever, asked within a time that grows until it is full.

    That time ends with the cursor's place, or now. MongoDB reads only a page of its index; the
    embedded server reads and sorts all that fits.

    Raises:
        BadCursor: it cannot be read.

    """
    until = (_moment_of(after) if after else None) or now
    for span in LATELY:
        found = ask({field: {"$gte": until - span}})
        if found.next:
            return found
    return ask({})


def _moment_of(cursor: str) -> datetime | None:
    """Return the moment of a cursor's place, in an order that begins with one."""
    values = _values(cursor)
    return values[0] if values and isinstance(values[0], datetime) else None


def _behind(
    documents: Sequence[Document], values: Sequence[Any], ordered: Sequence[tuple[str, int]]
) -> list[Document]:
    try:
        return [each for each in documents if _is_behind(each, values, ordered)]
    except TypeError:
        raise BadCursor(_OTHER_LIST) from None


def _is_behind(
    document: Document, values: Sequence[Any], ordered: Sequence[tuple[str, int]]
) -> bool:
    for (field, direction), value in zip(ordered, values, strict=True):
        here = document.get(field)
        if here != value:
            return bool(here > value) == (direction > 0)
    return False


def _read(cursor: str, expected: int) -> list[Any]:
    found = _values(cursor)
    if len(found) != expected:
        raise BadCursor(_OTHER_LIST)
    return found


def _values(cursor: str) -> list[Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.urlsafe_b64decode(padded.encode()))
        return [_rich(value) for value in values]
    except (ValueError, TypeError, KeyError):
        raise BadCursor("this cursor cannot be read: begin again without `after`") from None


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _rich(value: Any) -> Any:
    return datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
