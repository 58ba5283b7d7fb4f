"""Sessions on the server side: the cookie holds a random token, the database only its hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

Document = dict[str, Any]
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCHED_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in of one person on one device."""

    id: str
    account_id: str
    csrf: str
    created_at: datetime
    seen_at: datetime

    @property
    def expires_at(self) -> datetime:
        """Return when it ends unless it is used: idle 30 minutes, and in any case 12 hours."""
        return min(self.seen_at + IDLE, self.created_at + ABSOLUTE)

    def is_alive(self, at: datetime) -> bool:
        """Tell whether it may still be used."""
        return at < self.expires_at


def token_hash(token: str) -> str:
    """Return the id of the session that a token opens."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def build_indexes(self) -> None:
        """Find a person's sessions; let the database remove those that have ended."""
        await self._collection.create_index("account_id", name="account")
        await self._collection.create_index("expires_at", name="expiry", expireAfterSeconds=0)

    async def open(self, account_id: str, at: datetime) -> tuple[str, Session]:
        """Return the token for a cookie and the new session that it opens."""
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        session = Session(token_hash(token), account_id, csrf, at, at)
        await self._collection.insert_one(_document(session))
        return token, session

    async def find(self, token: str, at: datetime) -> Session | None:
        """Return the session that a token opens while it is alive."""
        found = await self._collection.find_one({"_id": token_hash(token)})
        session = _session(found) if found else None
        return session if session and session.is_alive(at) else None

    async def touch(self, session: Session, at: datetime) -> None:
        """Note that the session is in use; once a minute is enough."""
        if at - session.seen_at < TOUCHED_AFTER:
            return
        used = Session(session.id, session.account_id, session.csrf, session.created_at, at)
        changed = {"seen_at": at, "expires_at": used.expires_at}
        await self._collection.update_one({"_id": session.id}, {"$set": changed})

    async def alive(self, session_ids: Collection[str], at: datetime) -> set[str]:
        """Return which of many sessions are alive, in one query."""
        found = self._collection.find({"_id": {"$in": list(session_ids)}})
        return {item["_id"] async for item in found if _session(item).is_alive(at)}

    async def end(self, session_id: str) -> None:
        """End one session; its token opens nothing any more."""
        await self._collection.delete_one({"_id": session_id})

    async def end_all(self, account_id: str, *, but: str | None = None) -> None:
        """End every session of a person, or every one but hers of now."""
        await self._collection.delete_many({"account_id": account_id, "_id": {"$ne": but}})


def _document(session: Session) -> Document:
    return {
        "_id": session.id,
        "account_id": session.account_id,
        "csrf": session.csrf,
        "created_at": session.created_at,
        "seen_at": session.seen_at,
        "expires_at": session.expires_at,
    }


def _session(document: Document) -> Session:
    named = ("account_id", "csrf", "created_at", "seen_at")
    return Session(document["_id"], *(document[name] for name in named))
