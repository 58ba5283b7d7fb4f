"""Who read which case, when, and through which door: written before she is answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.chassis.storage.mongo import Index, ensure_indexes

INDEXES = (Index("case_at", (("case", 1), ("at", -1))),)


@dataclass(frozen=True, slots=True)
class Access:
    """One read of one case; `case` is the reference, `who` an account id or `key:<id>`."""

    case: str
    who: str
    role: str
    action: str
    at: datetime
    trace: str


class AccessLog:
    """The reads of cases in one service, only ever added to."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database["access_log"]

    def ensure_indexes(self) -> None:
        """Build the index by which a case's readers are listed."""
        ensure_indexes(self._entries, INDEXES)

    def record(self, access: Access) -> None:
        """Write a read down; if that fails, so does the read."""
        self._entries.insert_one(asdict(access))

    def of_case(self, case: str, limit: int = 200) -> list[Access]:
        """Return the latest reads of a case, newest first."""
        found = self._entries.find({"case": case}, {"_id": 0}).sort("at", -1).limit(limit)
        return [Access(**entry) for entry in found]
