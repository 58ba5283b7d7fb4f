"""Partner agencies and the API keys of their systems; a key's secret is never stored."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError

from services.portal.accounts.keys import ApiKey
from services.portal.accounts.model import KeyHolder, KeyRefused, Scope, TooManyKeys

Document = dict[str, Any]
ALIVE_AT_ONCE = 2
DEFAULT_LIFETIME = timedelta(days=365)
USE_NOTED_AFTER = timedelta(minutes=5)


class UnknownAgency(Exception):
    """There is no agency with this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A key as an agency's record keeps it; `name` says which system uses it."""

    key_id: str
    name: str
    hash: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_alive(self, at: datetime) -> bool:
        """Tell whether the key may be used."""
        return self.revoked_at is None and at < self.expires_at

    def refuse_unless_alive(self, at: datetime) -> None:
        """Say why the key may not be used.

        Raises:
            KeyRefused: it is revoked or has expired.

        """
        if self.revoked_at is not None:
            raise KeyRefused("This API key has been revoked.")
        if at >= self.expires_at:
            raise KeyRefused("This API key has expired.")


@dataclass(frozen=True, slots=True)
class Agency:
    """A partner agency as it is stored; `version` guards each change of its keys."""

    id: str
    name: str
    areas: tuple[str, ...]
    keys: tuple[StoredKey, ...]
    version: int


class Agencies:
    """The partner agencies among the accounts."""

    def __init__(self, collection: AsyncCollection[Document]) -> None:
        self._collection = collection

    async def build_indexes(self) -> None:
        """Find the agency of a key."""
        await self._collection.create_index("keys.key_id", name="key", unique=True, sparse=True)

    async def create(self, agency_id: str, name: str, areas: Collection[str], at: datetime) -> bool:
        """Store an agency, or bring its name and areas up to date; tell whether it is new."""
        facts: Document = {"name": name, "areas": list(areas)}
        blank = {"_id": _key_of(agency_id), "kind": "agency", "version": 1, "created_at": at}
        try:
            await self._collection.insert_one({**blank, **facts, "agency_id": agency_id})
        except DuplicateKeyError:
            await self._collection.update_one({"_id": _key_of(agency_id)}, {"$set": facts})
            return False
        return True

    async def find(self, agency_id: str) -> Agency:
        """Return an agency with its keys.

        Raises:
            UnknownAgency: there is none.

        """
        found = await self._collection.find_one({"_id": _key_of(agency_id)})
        if found is None:
            raise UnknownAgency(agency_id)
        return _agency(found)

    async def everybody(self) -> list[Agency]:
        """Return every agency with its keys; they are few, and asked for by hand."""
        found = self._collection.find({"kind": "agency"}).sort("_id", 1)
        return [_agency(document) async for document in found]

    async def create_key(
        self,
        agency_id: str,
        name: str,
        scopes: Collection[Scope],
        at: datetime,
        lifetime: timedelta = DEFAULT_LIFETIME,
    ) -> ApiKey:
        """Give an agency a key and return it; this is the only time that it can be seen.

        Raises:
            UnknownAgency: there is no such agency.
            TooManyKeys: two keys are alive already; revoke one first.

        """
        key = ApiKey.new()
        stored = StoredKey(
            key_id=key.key_id,
            name=name,
            hash=key.hash,
            scopes=sorted(scopes),
            created_at=at,
            expires_at=at + lifetime,
        )

        def added(keys: tuple[StoredKey, ...]) -> tuple[StoredKey, ...]:
            if sum(known.is_alive(at) for known in keys) >= ALIVE_AT_ONCE:
                raise TooManyKeys("An agency has at most two keys alive; revoke one first.")
            return (*keys, stored)

        await self._change_keys(agency_id, added)
        return key

    async def revoke_key(self, agency_id: str, key_id: str, at: datetime) -> None:
        """End a key at once; an unknown one is none already."""
        await self._change_keys(agency_id, _replacing(key_id, revoked_at=at))

    async def set_scopes(self, agency_id: str, key_id: str, scopes: Collection[Scope]) -> None:
        """Let a key be used for these purposes and no others from now on."""
        await self._change_keys(agency_id, _replacing(key_id, scopes=sorted(scopes)))

    async def holder(self, text: str, at: datetime) -> KeyHolder:
        """Return who shows an API key, and note its use.

        Raises:
            KeyRefused: it is not a key that may be used; the message says why.

        """
        shown = ApiKey.read(text)
        found = await self._collection.find_one({"keys.key_id": shown.key_id}) if shown else None
        if shown is None or found is None:
            raise KeyRefused("This API key is not known.")
        agency = _agency(found)
        key = next(known for known in agency.keys if known.key_id == shown.key_id)
        if not shown.fits(key.hash):
            raise KeyRefused("This API key is not known.")
        key.refuse_unless_alive(at)
        await self._note_use(agency, key, at)
        scopes = frozenset(map(Scope, key.scopes))
        return KeyHolder(key.key_id, agency.id, agency.areas, scopes)

    async def _note_use(self, agency: Agency, key: StoredKey, at: datetime) -> None:
        if key.last_used_at is None or at - key.last_used_at > USE_NOTED_AFTER:
            await self._change_keys(agency.id, _replacing(key.key_id, last_used_at=at))

    async def _change_keys(
        self, agency_id: str, decide: Callable[[tuple[StoredKey, ...]], tuple[StoredKey, ...]]
    ) -> None:
        while True:
            agency = await self.find(agency_id)
            changed = {
                "keys": [asdict(key) for key in decide(agency.keys)],
                "version": agency.version + 1,
            }
            known = {"_id": _key_of(agency_id), "version": agency.version}
            if (await self._collection.update_one(known, {"$set": changed})).modified_count:
                return


def _replacing(
    key_id: str, **changes: Any
) -> Callable[[tuple[StoredKey, ...]], tuple[StoredKey, ...]]:
    def decide(keys: tuple[StoredKey, ...]) -> tuple[StoredKey, ...]:
        return tuple(replace(key, **changes) if key.key_id == key_id else key for key in keys)

    return decide


def _key_of(agency_id: str) -> str:
    return f"agency:{agency_id}"


def _agency(document: Document) -> Agency:
    keys = tuple(StoredKey(**key) for key in document.get("keys", ()))
    return Agency(
        document["agency_id"],
        document["name"],
        tuple(document["areas"]),
        keys,
        document["version"],
    )
