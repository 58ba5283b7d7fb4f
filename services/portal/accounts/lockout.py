"""Failed sign-ins: after a few, each next try waits longer; nobody is shut out for ever.

An attempt is counted before the password is looked at, by compare-and-set, so that many at once
get no more tries than one after the other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from services.portal.accounts.model import LockedOut

Document = dict[str, Any]
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)
FORGOTTEN_AFTER = timedelta(hours=24)
PER_ACCOUNT = 5
PER_ADDRESS = 20
_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class Counter:
    """What failures are counted by: a kind (`account`, `address`) with its tolerance."""

    kind: str
    value: str
    tolerance: int

    @property
    def id(self) -> str:
        """Return the id of its record: a hash, as people type passwords into the wrong field."""
        return hashlib.sha256(f"{self.kind}:{self.value}".encode()).hexdigest()


def by_account(email: str) -> Counter:
    """Count for an e-mail address, whether or not anybody has it."""
    return Counter("account", email, PER_ACCOUNT)


def by_address(address: str) -> Counter:
    """Count for a network address; offices share one, so it is more patient."""
    return Counter("address", address, PER_ADDRESS)


def locked_until(failures: int, tolerance: int, at: datetime) -> datetime | None:
    """Return when the next attempt may be made: 30 s after the last tolerated, then doubling."""
    if failures < tolerance:
        return None
    doubled = FIRST_WAIT * (1 << min(failures - tolerance, _DOUBLINGS))
    return at + min(doubled, LONGEST_WAIT)


class Attempts:
    """Counts attempts in the database, so that every portal process knows of them."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def build_indexes(self) -> None:
        """Let the database forget what no longer matters."""
        await self._collection.create_index("forget_at", name="forget", expireAfterSeconds=0)

    async def begin(self, counter: Counter, at: datetime) -> None:
        """Count an attempt as failed until it is known to be right.

        Raises:
            LockedOut: no attempt may be made yet; this one is not counted.

        """
        while True:
            known = await self._collection.find_one({"_id": counter.id})
            if known and known["forget_at"] <= at:
                await self._collection.delete_one(
                    {"_id": counter.id, "failures": known["failures"]}
                )
                continue
            if known and known["locked_until"] and known["locked_until"] > at:
                raise LockedOut(known["locked_until"])
            if await self._count(counter, known, at):
                return

    async def forgive(self, counter: Counter) -> None:
        """Forget an account's failures after a right sign-in."""
        await self._collection.delete_one({"_id": counter.id})

    async def take_back(self, counter: Counter) -> None:
        """Uncount one attempt that was right, leaving earlier failures of others."""
        await self._collection.update_one(
            {"_id": counter.id, "failures": {"$gt": 0}},
            {"$inc": {"failures": -1}, "$set": {"locked_until": None}},
        )

    async def _count(self, counter: Counter, known: Document | None, at: datetime) -> bool:
        failures = (known["failures"] if known else 0) + 1
        counted = {
            "failures": failures,
            "locked_until": locked_until(failures, counter.tolerance, at),
            "forget_at": at + FORGOTTEN_AFTER,
        }
        if known is None:
            return await self._insert({"_id": counter.id, **counted})
        query = {"_id": counter.id, "failures": known["failures"]}
        return (await self._collection.update_one(query, {"$set": counted})).modified_count == 1

    async def _insert(self, document: Document) -> bool:
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            return False
        return True
