"""Erasing a client: her data key in every vault, and the hashes by which she could be found again.

What was sealed for her cannot be read any more, in no copy of the data either; codes, scores, times
and who did what remain for statistics and audit. A data key is destroyed unread: this needs no
master key, and no service to run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from services.chassis.crypto import VAULT_COLLECTION
from services.chassis.storage.deeds import Deed, Deeds
from services.operations.settings import CONSUMERS

REFERRALS = "referrals"
Databases = Mapping[str, Database[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Case:
    """A case to be erased: its reference, and its id, which names its keys."""

    reference: str
    id: str

    @property
    def key(self) -> str:
        """Return the name of its data key, the same in every vault."""
        return f"case:{self.id}"


@dataclass(frozen=True, slots=True)
class Erased:
    """What was found and destroyed in one service: data keys, and referrals' hashes of her name."""

    service: str
    keys: int
    hashes: int


def find(referrals: Database[dict[str, Any]], reference: str) -> Case | None:
    """Return the case of this reference, whether its key is still there or not; None: no case."""
    found = referrals[VAULT_COLLECTION].find_one({"keyAltNames": f"ref:{reference}"})
    for name in found["keyAltNames"] if found else ():
        if name.startswith("case:"):
            return Case(reference, name.removeprefix("case:"))
    stored = referrals[REFERRALS].find_one({"case_reference": reference}, {"case_id": 1})
    return Case(reference, stored["case_id"]) if stored else None


def look(databases: Databases, case: Case) -> list[Erased]:
    """Return what there is of her to erase."""
    return [
        Erased(name, _keys(databases[name], case), _hashed(databases, name, case))
        for name in CONSUMERS
    ]


def erase(databases: Databases, case: Case, deed: Deed) -> list[Erased]:
    """Write it down everywhere, then destroy everywhere; done again it destroys what was left.

    Once it is written down, no restore brings her key back.
    """
    for service in CONSUMERS:
        Deeds(databases[service]).record(deed)
    found = look(databases, case)
    for service in CONSUMERS:
        databases[service][VAULT_COLLECTION].delete_many({"keyAltNames": case.key})
    # The version makes whoever has the document in hand read it again.
    forgotten = {"$set": {"near": []}, "$inc": {"version": 1}}
    query = {"case_reference": case.reference, "near": {"$ne": []}}
    databases[REFERRALS][REFERRALS].update_many(query, forgotten)
    return found


def _keys(database: Database[dict[str, Any]], case: Case) -> int:
    return database[VAULT_COLLECTION].count_documents({"keyAltNames": case.key})


def _hashed(databases: Databases, service: str, case: Case) -> int:
    if service != REFERRALS:
        return 0
    query = {"case_reference": case.reference, "near": {"$ne": []}}
    return databases[service][REFERRALS].count_documents(query)
