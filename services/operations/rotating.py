"""Exchanging the master key of a vault: a new one in front, every data key wrapped anew, old out.

Each step may be ended at any moment and taken again: the file holds both keys until nothing is
wrapped by the old one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environs import Env
from pymongo.database import Database
from pymongo.errors import EncryptionError

from services.chassis.crypto import VAULT_COLLECTION, Vault
from services.chassis.keyring import MASTER_KEY_BYTES, KeyFile, MasterKeys
from services.chassis.logs import SafeMessage
from services.operations.refusals import CannotReach, Left, NotNamed

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Rotation:
    """One vault: how many data keys the newest master key has wrapped, and how many others.

    `unknown` are wrapped by a master key that is not in the file; `master_keys` is how many are.
    """

    service: str
    wrapped: int
    left: int
    unknown: int
    master_keys: int


class Ring:
    """The master keys of one service, in their file, and the data keys that they wrap."""

    def __init__(self, env: Env, service: str, database: Database[dict[str, Any]]) -> None:
        self.service, self.path = service, key_file(env, service)
        try:
            self._file = KeyFile(self.path)
        except (OSError, SafeMessage) as error:
            raise CannotReach(f"{self.path}: {error}; it is to hold {service}'s keys.") from None
        self._data_keys = database[VAULT_COLLECTION]
        self._vault = Vault(database.client, database.name, self._file)

    @property
    def keys(self) -> MasterKeys:
        """Return the master keys as the file holds them now."""
        return self._file.now()

    def look(self) -> Rotation:
        """Return how far it is."""
        keys = self.keys
        wrapped = self._count({"masterKey.provider": keys.current})
        ours = self._count({"masterKey.provider": {"$in": sorted(keys.names)}})
        every = self._count({})
        return Rotation(self.service, wrapped, ours - wrapped, every - ours, len(keys.keys))

    def add(self) -> None:
        """Put a new master key in front of the file, unless a rotation is under way already."""
        if len(self.keys.keys) == 1:
            exchange(self.path, secrets.token_bytes(MASTER_KEY_BYTES) + self.keys.keys[0])

    def wrap(self, done: Callable[[int], object]) -> None:
        """Wrap by the newest what an older one has wrapped, some at a time.

        Raises:
            Left: one of them cannot be opened.

        """
        older = sorted(self.keys.names - {self.keys.current})
        while found := self._some(older):
            try:
                self._vault.rewrap(found)
            except EncryptionError:
                raise Left(
                    f"a data key of {self.service} cannot be opened by the keys in {self.path}: "
                    "put the file back that it was wrapped with. Nothing was lost."
                ) from None
            done(len(found))

    def finish(self, done: Callable[[int], object]) -> None:
        """Take all but the newest master key out of the file, once they have wrapped nothing.

        Raises:
            Left: something is left, or wrapped by a master key that is not in the file.

        """
        seen = self.look()
        if seen.left or seen.unknown:
            raise Left(
                f"{seen.left + seen.unknown} data keys of {self.service} are not wrapped by the "
                "newest master key: run rotate-keys again before --finish."
            )
        before = self.path.read_bytes()
        exchange(self.path, self.keys.keys[0])
        if self._count({"masterKey.provider": {"$ne": self.keys.current}}):
            exchange(self.path, before)  # made in this very moment by a process with the old key
            self.wrap(done)
            exchange(self.path, self.keys.keys[0])

    def _count(self, query: dict[str, Any]) -> int:
        return self._data_keys.count_documents(query)

    def _some(self, providers: list[str]) -> list[Any]:
        query = {"masterKey.provider": {"$in": providers}}
        found = self._data_keys.find(query, {"_id": 1}).limit(AT_ONCE)
        return [each["_id"] for each in found]


def key_file(env: Env, service: str) -> Path:
    """Return where the master keys of a service are.

    Raises:
        NotNamed: nothing says so.

    """
    setting = f"{service.upper()}_VAULT_KEY_FILE"
    path: Path | None = env.path(setting, None)
    if path is None:
        raise NotNamed(f"nothing says where the master key of {service} is: set {setting}.")
    return path


def exchange(path: Path, content: bytes) -> None:
    """Have a file hold something else: at each moment all of the one or all of the other."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    owner = path.stat()
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chown(fresh, owner.st_uid, owner.st_gid)
    fresh.replace(path)
