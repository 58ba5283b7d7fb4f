"""The mark of a database that is being restored: it holds a part, not to be taken for the whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.chassis.logs import SafeMessage

UNDER_WAY = "restore_under_way"
_ID = "restore"


class HalfRestored(SafeMessage):
    """A restore of this database was begun and not finished."""


def begin(database: Database[dict[str, Any]], at: datetime) -> None:
    """Mark a database as being restored; marked it stays until `finish`."""
    database[UNDER_WAY].replace_one({"_id": _ID}, {"begun_at": at}, upsert=True)


def finish(database: Database[dict[str, Any]]) -> None:
    """Take the mark away: the database is whole."""
    database[UNDER_WAY].drop()


def is_under_way(database: Database[dict[str, Any]]) -> bool:
    """Tell whether a restore was begun and not finished."""
    return database[UNDER_WAY].find_one({"_id": _ID}) is not None


def refuse_half_restored(database: Database[dict[str, Any]]) -> None:
    """Refuse to work with a part of the data.

    Raises:
        HalfRestored: a restore was begun and not finished.

    """
    if is_under_way(database):
        raise HalfRestored(
            "a restore of its database was begun and is not finished: "
            "run ./outreach restore to its end first"
        )
