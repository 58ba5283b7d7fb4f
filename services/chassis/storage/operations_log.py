"""What operators did to a service's messages: who, when, what and why; only ever added to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.chassis.ids import new_id
from services.chassis.storage.mongo import Index, ensure_indexes

INDEXES = (Index("latest", (("at", -1), ("_id", -1))),)


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing done to one message, written down before it was done.

    `action` is `replay` or `drop`; `event` is type and version, and `case_id` as in the envelope,
    both None where it could not be decoded; `reason` is why it died, `why` why this was done.
    """

    at: datetime
    by: str
    action: str
    consumer: str
    queue: str | None
    event_id: str
    event: str | None
    case_id: str | None
    reason: str
    why: str | None


class OperationsLog:
    """The operations on one service; kept without end."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["operations_log"]

    def ensure_indexes(self) -> None:
        """Build the index by which the latest are listed."""
        ensure_indexes(self._entries, INDEXES)

    def record(self, operation: Operation) -> None:
        """Write an operation down; if that fails, it may not be done."""
        self._entries.insert_one({"_id": new_id(), **asdict(operation)})

    def latest(self, limit: int) -> list[Operation]:
        """Return the latest operations, newest first."""
        found = self._entries.find().sort([("at", -1), ("_id", -1)]).limit(limit)
        return [_operation(entry) for entry in found]


def _operation(entry: Mapping[str, Any]) -> Operation:
    return Operation(**{name: value for name, value in entry.items() if name != "_id"})
