"""API keys, `ttp_<key id>_<secret>`: shown once, kept as a hash of 256 random bits."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Self

_SHOWN = re.compile(r"^ttp_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$")
_ID_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its holder has it; `str(key)` is the text to show once."""

    key_id: str
    secret: str

    @classmethod
    def new(cls) -> Self:
        """Return a new random key."""
        key_id = "".join(secrets.choice(_ID_ALPHABET) for _ in range(12))
        return cls(key_id, secrets.token_urlsafe(32))

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the key that a text shows, or None if it has another form."""
        match = _SHOWN.match(text)
        return cls(match[1], match[2]) if match else None

    @property
    def hash(self) -> str:
        """Return what is stored; the secret is random, so a fast hash is enough."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def fits(self, stored: str) -> bool:
        """Tell, in constant time, whether this is the key that was stored."""
        return hmac.compare_digest(self.hash, stored)

    def __str__(self) -> str:
        return f"ttp_{self.key_id}_{self.secret}"
