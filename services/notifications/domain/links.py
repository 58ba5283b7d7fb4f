"""Links in notices: who holds one is the person to whom its notice was sent, for that call only.

A link holds the id of its notice and a proof by a key that only this service has, so that nothing
that would let somebody answer is stored.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

PROOF_BYTES = 14
ID_BYTES = 16


class LinkUnknown(Exception):
    """The link was not made here, or a sign of it was changed."""

    def __init__(self) -> None:
        super().__init__("This link is not complete. Copy all of it, or sign in.")


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links under an origin such as `https://casework.example`, and reads their tokens.

    `keys` returns the key to make them with, then those that they may have been made with before.
    """

    origin: str
    keys: Callable[[], Sequence[bytes]] = field(repr=False)

    def link(self, notice_id: str) -> str:
        """Return where the person of a notice (a UUID) answers."""
        return f"{self.origin}/a/{self.token(notice_id)}"

    def token(self, notice_id: str) -> str:
        """Return the token of a notice: 40 letters, digits, hyphens and underscores."""
        number = UUID(notice_id).bytes
        return urlsafe_b64encode(number + _proof(self.keys()[0], number)).decode().rstrip("=")

    def mark(self, address: str) -> str:
        """Return what stands for an address where it must not be kept, nor guessed from."""
        return hmac.new(self.keys()[0], b"mark" + address.encode(), sha256).hexdigest()

    def notice_id(self, token: str) -> str:
        """Return the id of the notice that a token belongs to.

        Raises:
            LinkUnknown: it belongs to none.

        """
        try:
            read = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except (Error, UnicodeEncodeError):
            raise LinkUnknown from None
        number, proof = read[:ID_BYTES], read[ID_BYTES:]
        is_ours = any(hmac.compare_digest(proof, _proof(key, number)) for key in self.keys())
        if len(number) != ID_BYTES or not is_ours:
            raise LinkUnknown
        return str(UUID(bytes=number))


def _proof(key: bytes, number: bytes) -> bytes:
    return hmac.new(key, b"link" + number, sha256).digest()[:PROOF_BYTES]
