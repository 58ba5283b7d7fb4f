"""The master keys of a vault: one wraps what is new, those before it still open what they wrapped.

A file holds them one after another, the newest first. Putting a new one in front, wrapping every
data key anew and taking the old one out is a rotation, and no process stops for it: the file is
read again whenever it has changed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from services.chassis.logs import SafeMessage

MASTER_KEY_BYTES = 96  # what MongoDB's local key provider takes
UNNAMED = "local"


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """Master keys, the newest first; each is known in the vault by a name made from itself."""

    keys: tuple[bytes, ...]

    @classmethod
    def read(cls, content: bytes) -> MasterKeys:
        """Read what a file holds.

        Raises:
            SafeMessage: it is no key, or not a whole number of them.

        """
        count, rest = divmod(len(content), MASTER_KEY_BYTES)
        if rest or not count:
            raise SafeMessage(f"a vault key file must hold {MASTER_KEY_BYTES} bytes for each key")
        starts = range(0, len(content), MASTER_KEY_BYTES)
        return cls(tuple(content[at : at + MASTER_KEY_BYTES] for at in starts))

    @property
    def current(self) -> str:
        """Return the name of the key that wraps what is new."""
        return name_of(self.keys[0])

    @property
    def names(self) -> frozenset[str]:
        """Return every name under which one of these keys has wrapped something."""
        return frozenset(self.providers)

    @property
    def providers(self) -> dict[str, dict[str, bytes]]:
        """Return the keys as the library takes them; the oldest has wrapped what names none."""
        named = {name_of(key): {"key": key} for key in self.keys}
        return {UNNAMED: {"key": self.keys[-1]}, **named}

    def secrets(self, purpose: str) -> tuple[bytes, ...]:
        """Return 32 bytes for one purpose from each key: make with the first, accept any."""
        return tuple(hmac.new(key, purpose.encode(), hashlib.sha256).digest() for key in self.keys)


class KeyFile:
    """The master keys in a file, which may be exchanged while processes run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, ...] = ()
        self._keys = self._read()

    def now(self) -> MasterKeys:
        """Return the keys; those of before while the file is away or is no key file."""
        try:
            if _seen(self._path) != self._seen:
                self._keys = self._read()
        except (OSError, SafeMessage):
            return self._keys
        return self._keys

    def _read(self) -> MasterKeys:
        seen = _seen(self._path)
        keys = MasterKeys.read(self._path.read_bytes())
        self._seen = seen
        return keys


class FixedKeys:
    """Master keys that are the same for as long as a process runs."""

    def __init__(self, content: bytes) -> None:
        self._keys = MasterKeys.read(content)

    def now(self) -> MasterKeys:
        """Return the keys."""
        return self._keys


def name_of(key: bytes) -> str:
    """Return the name by which the vault knows a master key; it tells nothing of the key."""
    return f"{UNNAMED}:{hashlib.sha256(b'name of ' + key).hexdigest()[:16]}"


def _seen(path: Path) -> tuple[int, ...]:
    found = os.stat(path)  # noqa: PTH116 - at every value that is sealed: a third of the price
    return found.st_ino, found.st_mtime_ns, found.st_size
