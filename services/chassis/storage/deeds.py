"""What was done to a whole database by hand: who, when, what and why; only ever added to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pymongo.database import Database

from services.chassis.ids import new_id

DEEDS = "deeds"
ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done; `about` names it by a code or a reference, `told` counts what came of it.

    `keys` are the names of data keys that are not to come back from any copy.
    """

    at: datetime
    by: str
    action: str
    about: str
    why: str | None = None
    keys: tuple[str, ...] = ()
    told: Mapping[str, int] = field(default_factory=dict)


class Deeds:
    """The deeds of one database; kept without end, through a restore too."""

    def __init__(self, database: Database[dict[str, Any]]) -> None:
        self._entries = database[DEEDS]

    def record(self, deed: Deed) -> None:
        """Write a deed down; if that fails, it may not be done."""
        self._entries.insert_one({"_id": new_id(), **asdict(deed), "keys": list(deed.keys)})

    def all(self) -> list[Deed]:
        """Return every deed, the first one first."""
        return sorted(map(_deed, self._entries.find()), key=lambda deed: deed.at)

    def erased(self) -> frozenset[str]:
        """Return the names of all keys that were destroyed for good."""
        return _names(deed for deed in self.all() if deed.action == ERASE)


def _names(deeds: Iterable[Deed]) -> frozenset[str]:
    return frozenset(name for deed in deeds for name in deed.keys)


def _deed(entry: Mapping[str, Any]) -> Deed:
    told = {name: value for name, value in entry.items() if name != "_id"}
    return Deed(**told | {"keys": tuple(told["keys"])})
