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
from services.portal.networks import network_of

Document = dict[str, Any]
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=30)
FORGOTTEN_AFTER = timedelta(hours=24)
EASED_EVERY = timedelta(minutes=5)
PER_ACCOUNT = 5
PER_ADDRESS = 20
_DOUBLINGS = 10


@dataclass(frozen=True, slots=True)
class Counter:
    """What failures are counted by: a kind (such as `account`) with its tolerance.

    Where `eased_every` is given, one failure is forgotten in each such time.
    """

    kind: str
    value: str
    tolerance: int
    eased_every: timedelta | None = None

    @property
    def id(self) -> str:
        """Return the id of its record: a hash, as people type passwords into the wrong field."""
        return hashlib.sha256(f"{self.kind}:{self.value}".encode()).hexdigest()


def by_account(email: str) -> Counter:
    """Count for an e-mail address, whether or not anybody has it."""
    return Counter("account", email, PER_ACCOUNT)


def by_address(address: str) -> Counter:
    """Count for a network address; offices share one, so it is more patient.

    People mistype every day, and nobody's right password can forgive the slips of the whole office:
    time does.
    """
    return Counter("address", network_of(address), PER_ADDRESS, EASED_EVERY)


def by_device(token: str) -> Counter:
    """Count for a device that is known, apart from what others do with the same account."""
    return Counter("device", token, PER_ACCOUNT)


def by_session(session_id: str) -> Counter:
    """Count for one who is signed in and proves that it is still she."""
    return Counter("session", session_id, PER_ACCOUNT)


def locked_until(failures: float, tolerance: int, at: datetime) -> datetime | None:
    """Return when the next attempt may be made: 30 s after the last tolerated, then doubling."""
    if failures < tolerance:
        return None
    doubled = FIRST_WAIT * (1 << min(int(failures - tolerance), _DOUBLINGS))
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
            if known and _is_locked(known["locked_until"], at):
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
        failures = _left(counter, known, at) + 1
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


def _is_locked(until: datetime | None, at: datetime) -> bool:
    """Tell whether a lock holds; one that is longer than any was set by a clock since put back."""
    return until is not None and at < until <= at + LONGEST_WAIT


def _left(counter: Counter, known: Document | None, at: datetime) -> float:
    """Return how many failures still count."""
    if known is None:
        return 0
    failures = float(known["failures"])
    if counter.eased_every is not None:
        passed: timedelta = at - (known["forget_at"] - FORGOTTEN_AFTER)
        failures -= max(passed / counter.eased_every, 0)
    return max(failures, 0)
