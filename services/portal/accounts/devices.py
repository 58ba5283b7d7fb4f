"""Devices that somebody has signed in from before: strangers' failures do not lock those out.

Anybody who knows an e-mail address can fail with it again and again. That makes strangers wait, and
nobody else: on a device that is known, only its own failures count.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

Document = dict[str, Any]
KNOWN_FOR = timedelta(days=180)


class Devices:
    """Remembers devices by a random token, of which only a hash is kept."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def build_indexes(self) -> None:
        """Find a person's devices; let the database forget old ones."""
        await self._collection.create_index("account_id", name="account")
        await self._collection.create_index("expires_at", name="expiry", expireAfterSeconds=0)

    async def knows(self, token: str, email: str, at: datetime) -> bool:
        """Has the person with this e-mail address signed in from this device?"""
        if not token:
            return False
        found = await self._collection.find_one({"_id": _id(token, email)})
        return found is not None and at < found["expires_at"]

    async def remember(self, account_id: str, email: str, at: datetime) -> str:
        """Return the token of a device that is known from now on."""
        token = secrets.token_urlsafe(32)
        known = {"_id": _id(token, email), "account_id": account_id, "expires_at": at + KNOWN_FOR}
        await self._collection.insert_one(known)
        return token

    async def forget_all(self, account_id: str) -> None:
        """Know none of a person's devices any more."""
        await self._collection.delete_many({"account_id": account_id})


def _id(token: str, email: str) -> str:
    return hashlib.sha256(f"{token}:{email}".encode()).hexdigest()
