"""Field encryption with one data key per client, and the keyed index that matches a woman.

Explicit client-side encryption of MongoDB: the key vault is a collection of the service's own
database, so that deleting a client's key erases her there and in every backup of the data.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bson import decode
from bson.binary import Binary
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.encryption import ClientEncryption
from pymongo.errors import DuplicateKeyError, EncryptionError

from services.chassis.failpoints import reach
from services.chassis.keyring import FixedKeys, KeyFile, MasterKeys
from services.chassis.logs import SafeMessage
from services.chassis.storage.joined import Joined
from services.chassis.storage.mongo import Index, ensure_indexes, guarantees

LEAST_INDEX_KEY_BYTES = 32  # the strength of SHA-256
VAULT_COLLECTION = "key_vault"
KNOWN_KEYS = 4096
KEY_NAMES = Index("key_names", (("keyAltNames", 1),), unique=True)
RANDOM = "AEAD_AES_256_CBC_HMAC_SHA_512-Random"
_CODEC: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


class Erased(SafeMessage):
    """The key of this client is gone, and with it what it sealed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted value; written back unchanged, it costs no second encryption."""

    ciphertext: bytes

    def stored(self) -> Binary:
        """Return the form that the database keeps."""
        return Binary(self.ciphertext, subtype=6)


@dataclass(frozen=True, slots=True)
class Claim:
    """Which case a woman belongs to; `is_new` when this claim made it."""

    case_id: str
    case_reference: str
    is_new: bool


class Vault:
    """Seals and opens what identifies somebody, with a data key of her own.

    `case_id` is whose key: the id of a client's case, or what a service calls one of the staff by.
    """

    def __init__(
        self, client: MongoClient[dict[str, Any]], database: str, master: bytes | KeyFile
    ) -> None:
        self._client, self._namespace = client, f"{database}.{VAULT_COLLECTION}"
        self._master = FixedKeys(master) if isinstance(master, bytes) else master
        self._keys = client[database][VAULT_COLLECTION]
        self._raw_keys = self._keys.with_options(
            CodecOptions(RawBSONDocument), **guarantees(is_production=True)
        )
        self._known: dict[str, Binary] = {}
        self._made: dict[Binary, RawBSONDocument] = {}
        self._joined = Joined(self._raw_keys)
        self._using = self._master.now()
        self._opened = self._with(self._using)

    def ensure_index(self) -> None:
        """Make names of keys unique: on this rests that one woman becomes one case.

        Every key has names, so the index is a whole one: a partial one is not used everywhere.
        """
        ensure_indexes(self._keys, (KEY_NAMES,))

    def claim(self, who: str, case_id: str, case_reference: str) -> Claim:
        """Return the case of the woman with blind index `who`, made now if there is none.

        The key document is the claim: one insert both makes her key and proves that nobody else
        made it first, and erasing the key forgets the match as well.
        """
        names = [f"case:{case_id}", f"ref:{case_reference}", f"who:{who}"]
        reach("claiming")
        try:
            self._remember(case_id, self._create(names))
        except EncryptionError as error:
            if not isinstance(error.cause, DuplicateKeyError):
                raise
            return self._claimed(who)
        reach("claimed")
        return Claim(case_id, case_reference, is_new=True)

    def seal(self, case_id: str, value: object) -> Sealed:
        """Encrypt a value (anything BSON can hold) with the key of the case."""
        try:
            return self._seal(case_id, value)
        except Erased:  # by another process: what is told of her from now on gets another key
            self._known.pop(case_id, None)
            return self._seal(case_id, value)

    def open(self, sealed: Sealed | bytes) -> Any:
        """Decrypt a value.

        Raises:
            Erased: its key has been destroyed.

        """
        ciphertext = sealed.ciphertext if isinstance(sealed, Sealed) else sealed
        with _erased_or_failed():
            return self._encryption.decrypt(Binary(ciphertext, subtype=6))["v"]

    def secrets(self, purpose: str) -> tuple[bytes, ...]:
        """Return 32 bytes that only this service knows, for one purpose, from each master key.

        They are the same at each start. What is made with the first is to be accepted by any.
        """
        return self._master.now().secrets(purpose)

    def destroy(self, case_id: str) -> bool:
        """Destroy the key of a case; return whether there was one."""
        self._known.pop(case_id, None)
        return self._keys.delete_one({"keyAltNames": f"case:{case_id}"}).deleted_count == 1

    @property
    def master_keys(self) -> MasterKeys:
        """Return the master keys as they are now."""
        return self._master.now()

    def rewrap(self, ids: Sequence[Binary]) -> None:
        """Wrap data keys with the newest master key; one that is destroyed meanwhile stays gone."""
        self._encryption.rewrap_many_data_key({"_id": {"$in": list(ids)}}, self._using.current)

    @property
    def _encryption(self) -> ClientEncryption[dict[str, Any]]:
        """Return the library's part, made anew when the master keys have changed."""
        keys = self._master.now()
        if keys is not self._using:
            self._opened, self._using = self._with(keys), keys
        return self._opened

    def _with(self, keys: MasterKeys) -> ClientEncryption[dict[str, Any]]:
        made: ClientEncryption[dict[str, Any]] = ClientEncryption(
            keys.providers, self._namespace, self._client, _CODEC
        )
        # pymongo has no public place for these: the embedded server scans all keys for its `$or`,
        # each new key would be read at once, and many at once would be a round trip each.
        callbacks: Any = made._io_callbacks
        callbacks.fetch_keys, callbacks.insert_data_key = self._fetch, self._insert
        return made

    def _fetch(self, wanted: bytes) -> Iterator[bytes | memoryview]:
        """Yield the key documents that the library asks for."""
        asked = _simplest(decode(wanted, _CODEC))
        made = [self._made.pop(each) for each in _ids(asked) if each in self._made]
        for key in made or self._raw_keys.find(asked):
            yield key.raw

    def _insert(self, written: bytes) -> Binary:
        """Insert a new key document; it is at hand for the first value that is sealed with it."""
        key = RawBSONDocument(written)
        self._joined.insert(key)
        if len(self._made) >= KNOWN_KEYS:
            self._made.clear()
        made: Binary = key["_id"]
        self._made[made] = key
        return made

    def _seal(self, case_id: str, value: object) -> Sealed:
        key = self._key_of(case_id)
        with _erased_or_failed():
            return Sealed(self._encryption.encrypt({"v": value}, RANDOM, key_id=key))

    def _claimed(self, who: str) -> Claim:
        found = self._encryption.get_key_by_alt_name(f"who:{who}")
        if found is None:
            raise Erased("the claim was erased while it was being read")
        named = dict(name.split(":", 1) for name in found["keyAltNames"])
        return Claim(named["case"], named["ref"], is_new=False)

    def _key_of(self, case_id: str) -> Binary:
        known = self._known.get(case_id)
        return known or self._remember(case_id, self._find_or_create(f"case:{case_id}"))

    def _create(self, names: list[str]) -> Binary:
        encryption = self._encryption
        return encryption.create_data_key(self._using.current, key_alt_names=names)

    def _remember(self, case_id: str, key: Binary) -> Binary:
        if len(self._known) >= KNOWN_KEYS:
            self._known.clear()
        self._known[case_id] = key
        return key

    def _find_or_create(self, name: str) -> Binary:
        found = self._encryption.get_key_by_alt_name(name)
        if found is not None:
            return (
                Binary.from_uuid(found["_id"]) if isinstance(found["_id"], UUID) else found["_id"]
            )
        try:
            return self._create([name])
        except EncryptionError as error:
            if not isinstance(error.cause, DuplicateKeyError):
                raise
            return self._find_or_create(name)


@contextmanager
def _erased_or_failed() -> Iterator[None]:
    """Tell a key that is gone from other failures."""
    try:
        yield
    except EncryptionError as error:
        if "not all keys requested were satisfied" in str(error):
            raise Erased("this value has been erased") from None
        raise


def _simplest(asked: dict[str, Any]) -> dict[str, Any]:
    """Return a filter without the half of its `$or` that asks for nothing."""
    halves = [half for half in asked.get("$or", ()) if any(each["$in"] for each in half.values())]
    return halves[0] if len(halves) == 1 else asked


def _ids(asked: dict[str, Any]) -> list[Binary]:
    """Return the key id that a filter asks for, if it asks for one and nothing else."""
    wanted = list(asked["_id"]["$in"]) if asked.keys() == {"_id"} else []
    return wanted if len(wanted) == 1 else []


class BlindIndex:
    """A keyed hash by which equal values are found without being readable."""

    def __init__(self, key: bytes) -> None:
        if len(key) < LEAST_INDEX_KEY_BYTES:
            raise SafeMessage(
                f"a blind index key file must hold at least {LEAST_INDEX_KEY_BYTES} bytes"
            )
        self._key = key

    def of(self, *parts: str) -> str:
        """Return HMAC-SHA256 of the parts, in hexadecimal; parts must be normalised already."""
        return hmac.new(self._key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()
