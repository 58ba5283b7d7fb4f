"""People's accounts: who they are, what they are here for, and which areas they see.

A work e-mail address and a display name are all that is kept of a member of staff. Both are shown
to colleagues every day, so they are stored as they are; there is nothing of a client here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from services.chassis.auth import Role
from services.chassis.ids import derived_id
from services.portal.accounts.model import AccountTaken, Person
from services.portal.accounts.sessions import Session

Document = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """An account to be made; `id` is derived from the e-mail address unless it is given."""

    email: str
    display_name: str
    role: Role
    areas: tuple[str, ...]
    agency_id: str | None = None
    teams: tuple[str, ...] = ()
    locale: str = "en"
    time_zone: str | None = None
    id: str | None = None


def tidy_email(text: str) -> str:
    """Return an e-mail address in the form in which it is compared."""
    return text.strip().lower()


def person_id(email: str) -> str:
    """Return the id that an account with this address gets when none is given."""
    return derived_id("person", tidy_email(email))


class People:
    """The people among the accounts."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def build_indexes(self) -> None:
        """Have one account for one e-mail address, and find colleagues by name."""
        await self._collection.create_index("email", name="email", unique=True, sparse=True)
        by_name = [("kind", 1), ("is_active", 1), ("display_name", 1)]
        await self._collection.create_index(by_name, name="colleagues")

    async def create(self, new: NewPerson, password_hash: str, at: datetime) -> str:
        """Store a new account and return its id.

        Raises:
            AccountTaken: the id or the e-mail address has an account.

        """
        document = {**_facts(new), "password_hash": password_hash, "created_at": at}
        document |= {"_id": new.id or person_id(new.email), "kind": "person", "is_active": True}
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            raise AccountTaken("there is an account with this id or e-mail address") from None
        return str(document["_id"])

    async def describe(self, new: NewPerson) -> bool | None:
        """Bring an account up to date; tell whether that changed it, None where there is none."""
        known = {"email": tidy_email(new.email), "kind": "person"}
        changed = {"$set": _facts(new) | {"is_active": True}}
        result = await self._collection.update_one(known, changed)
        return bool(result.modified_count) if result.matched_count else None

    async def id_of(self, email: str) -> str | None:
        """Return the id of the account of an e-mail address, active or not."""
        found = await self._collection.find_one({"email": tidy_email(email), "kind": "person"})
        return str(found["_id"]) if found else None

    async def by_email(self, email: str) -> Document | None:
        """Return the stored account of an e-mail address, while it is active."""
        query = {"email": tidy_email(email), "kind": "person", "is_active": True}
        return await self._collection.find_one(query)

    async def by_id(self, account_id: str) -> Document | None:
        """Return a stored account, while it is active."""
        query = {"_id": account_id, "kind": "person", "is_active": True}
        return await self._collection.find_one(query)

    async def in_areas(self, areas: Sequence[str], roles: Sequence[Role]) -> list[Document]:
        """Return active people with one of the roles who see one of the areas, by name."""
        query: Document = {"kind": "person", "is_active": True, "role": {"$in": list(roles)}}
        if "*" not in areas:
            query["areas"] = {"$in": [*areas, "*"]}
        return await self._collection.find(query).sort("display_name", 1).to_list()

    async def everybody(self) -> list[Document]:
        """Return every account, closed ones too, by name."""
        query = {"kind": "person", "is_active": {"$in": [True, False]}}
        return await self._collection.find(query).sort("display_name", 1).to_list()

    async def erase(self, account_id: str) -> None:
        """Forget the name and the address of a closed account; its id stays."""
        closed = {"_id": account_id, "kind": "person", "is_active": False}
        gone = {"$set": {"display_name": "", "password_hash": ""}, "$unset": {"email": ""}}
        await self._collection.update_one(closed, gone)

    async def set_password(self, account_id: str, password_hash: str) -> None:
        """Store another password."""
        changed = {"$set": {"password_hash": password_hash}}
        await self._collection.update_one({"_id": account_id, "kind": "person"}, changed)

    async def set_locale(self, account_id: str, locale: str) -> None:
        """Store the language that the person reads."""
        changed = {"$set": {"locale": locale}}
        await self._collection.update_one({"_id": account_id, "kind": "person"}, changed)

    async def deactivate(self, account_id: str) -> None:
        """Let nobody sign in with this account any more."""
        changed = {"$set": {"is_active": False}}
        await self._collection.update_one({"_id": account_id, "kind": "person"}, changed)


def person(account: Document, session: Session) -> Person:
    """Return the person of a stored account in one of her sessions."""
    return Person(
        id=account["_id"],
        email=account["email"],
        display_name=account["display_name"],
        role=Role(account["role"]),
        agency_id=account["agency_id"],
        areas=tuple(account["areas"]),
        teams=tuple(account["teams"]),
        locale=account["locale"],
        time_zone=account["time_zone"],
        session_id=session.id,
        csrf=session.csrf,
    )


def _facts(new: NewPerson) -> Document:
    return {
        "email": tidy_email(new.email),
        "display_name": new.display_name,
        "role": new.role.value,
        "agency_id": new.agency_id,
        "areas": list(new.areas),
        "teams": list(new.teams),
        "locale": new.locale,
        "time_zone": new.time_zone,
    }
