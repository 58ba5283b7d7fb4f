"""Ids for machines (UUIDv7, RFC 9562) and references for people (Crockford base 32)."""

from __future__ import annotations

import secrets
import time
import uuid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NAMESPACE = uuid.UUID("6f1c0d5e-8a43-5b7e-9d1f-2c84a7e0b913")
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_BODY = 7


class BadReference(ValueError):
    """The text is no reference: wrong length, a foreign character or a mistyped one."""


def new_id() -> str:
    """Return a new UUIDv7: sortable by the millisecond it was made in, otherwise random."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return str(uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62)))


def derived_id(*parts: str) -> str:
    """Return the id (UUIDv5) that always belongs to these parts, for creating by an event."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def new_reference(kind: str) -> str:
    """Return a random reference such as `R-7F3K-9QX6`; its last character checks the others."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(_BODY))
    return _written(kind, body + _check_character(body))


def read_reference(text: str) -> str:
    """Return the reference as it is stored, from what a person typed.

    Case, spaces and missing hyphens do not matter, nor O for 0 and I or L for 1.

    Raises:
        BadReference: it cannot be one, or its check character does not fit.

    """
    tidy = "".join(text.upper().replace("-", " ").split())
    kind, symbols = tidy[:1], tidy[1:].translate(_LOOKALIKES)
    if len(symbols) != _BODY + 1 or not kind.isalpha() or set(symbols) - set(ALPHABET):
        raise BadReference("a reference looks like R-7F3K-9QX6")
    if _check_character(symbols[:_BODY]) != symbols[_BODY]:
        raise BadReference("this reference has a mistyped character")
    return _written(kind, symbols)


def _written(kind: str, symbols: str) -> str:
    return f"{kind}-{symbols[:4]}-{symbols[4:]}"


def _check_character(body: str) -> str:
    """Return the Luhn mod 32 character: it shows each single slip and nearly each swap."""
    total = 0
    for place, symbol in enumerate(reversed(body)):
        doubled = ALPHABET.index(symbol) * (2 if place % 2 == 0 else 1)
        total += doubled // 32 + doubled % 32
    return ALPHABET[-total % 32]
