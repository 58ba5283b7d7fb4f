"""Passwords: Argon2id, checked in a thread, in the same time whether or not there is an account."""

from __future__ import annotations

import asyncio
import secrets
from functools import partial

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2


class Passwords:
    """Hashes and checks passwords; at most `AT_ONCE` together, since each takes much memory."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._places = asyncio.Semaphore(AT_ONCE)
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return what is stored instead of the password."""
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Tell whether the password is the stored one; without one it takes as long and is not."""
        if self._nobody is None:
            self._nobody = await self.hash(secrets.token_urlsafe())
        check = partial(self._verify, stored or self._nobody, password)
        async with self._places:
            is_match = await asyncio.to_thread(check)
        return is_match and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Was this hashed with other parameters than those of today?"""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
