"""One stored document, from which others are made that differ in ids, hashes, times and keys.

A document is kept as the octets of its BSON. What tells it from others of its form (ids,
references, keyed hashes, moments) has a fixed length, so a copy is the same octets with some of
them replaced. What is sealed stays readable under the key of the copy: the name of the key is
part of what its seal covers, so the seal is made anew.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import bson
from bson import ObjectId
from bson.binary import Binary
from bson.raw_bson import RawBSONDocument
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from services.chassis.ids import new_reference

Document = Mapping[str, Any]
NAMED = re.compile(
    rb"[0-9a-f]{64}"
    rb"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    rb"|(?<![0-9A-Z-])[A-Z]-[0-9A-Z]{4}-[0-9A-Z]{4}(?![0-9A-Z-])"
)
TIMED = 7
SEALED = 6
HEADER, TAG, HALF = 18, 32, 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a name or a moment stands in a document."""

    at: int
    was: bytes


@dataclass(frozen=True, slots=True)
class Seal:
    """Where a sealed value stands, and the part of its data key that its seal is made with."""

    at: int
    length: int
    key: bytes

    def renew(self, octets: bytearray) -> None:
        """Seal again what the name of the key was changed in."""
        end = self.at + self.length - TAG
        covered = bytes(octets[self.at : end])
        octets[end : end + TAG] = tag(self.key, covered[:HEADER], covered[HEADER:])


@dataclass(frozen=True, slots=True)
class Stencil:
    """A document, and what of it differs from copy to copy."""

    octets: bytes
    names: tuple[Place, ...]
    moments: tuple[Place, ...]
    seals: tuple[Seal, ...]

    def copy(self, renamed: Callable[[bytes], bytes], moved: Callable[[bytes], bytes]) -> Any:
        """Return another document of this form."""
        octets = bytearray(self.octets)
        for place in self.names:
            octets[place.at : place.at + len(place.was)] = renamed(place.was)
        for place in self.moments:
            octets[place.at : place.at + len(place.was)] = moved(place.was)
        for seal in self.seals:
            seal.renew(octets)
        return RawBSONDocument(bytes(octets))


class Names:
    """The names of one copy: each old one has one new one, as new as the copy is young."""

    def __init__(self, earlier_ms: int, taken: set[bytes]) -> None:
        self._earlier_ms, self._taken = earlier_ms, taken
        self._known: dict[bytes, bytes] = {}

    def renamed(self, was: bytes) -> bytes:
        """Return the name that stands in the copy where this one stood."""
        known = self._known.get(was)
        if known is None:
            known = self._known[was] = self._new(was)
        return known

    def moved(self, was: bytes) -> bytes:
        """Return a moment of the copy, as BSON holds it."""
        return struct.pack("<q", struct.unpack("<q", was)[0] - self._earlier_ms)

    def _new(self, was: bytes) -> bytes:
        match len(was):
            case 64:
                return secrets.token_hex(32).encode()
            case 36:
                return str(UUID(bytes=self._id(UUID(was.decode())))).encode()
            case 16:
                return self._id(UUID(bytes=was))
            case 12:
                return ObjectId().binary
        return self._reference(was)

    def _id(self, was: UUID) -> bytes:
        """Return an id; one that began with a time begins with the time of the copy."""
        if was.version != TIMED:
            return secrets.token_bytes(6) + was.bytes[6:7] + secrets.token_bytes(9)
        time = (was.int >> 80) - self._earlier_ms
        return time.to_bytes(6, "big") + was.bytes[6:7] + secrets.token_bytes(9)

    def _reference(self, was: bytes) -> bytes:
        while (made := new_reference(chr(was[0])).encode()) in self._taken:
            pass
        self._taken.add(made)
        return made


def stencil(document: Document, keys: Mapping[bytes, bytes]) -> Stencil:
    """Return the stencil of a document; `keys` has the data key of each name of a key."""
    octets = bson.encode(document)
    values = list(_values(document))
    literal = {v.binary for v in values if isinstance(v, ObjectId)} | set(keys)
    moments = {_packed(v) for v in values if isinstance(v, datetime)}
    sealed = [bytes(v) for v in values if isinstance(v, Binary) and v.subtype == SEALED]
    return Stencil(
        octets,
        (*_found(NAMED, octets), *_found(_any_of(literal), octets)),
        tuple(_found(_any_of(moments), octets)),
        tuple(Seal(octets.index(v), len(v), keys[v[1:17]][:HALF]) for v in dict.fromkeys(sealed)),
    )


def tag(key: bytes, about: bytes, sealed: bytes) -> bytes:
    """Return the seal of AEAD_AES_256_CBC_HMAC_SHA_512 over a header and what is encrypted."""
    length = struct.pack(">Q", 8 * len(about))
    return hmac.digest(key, about + sealed + length, hashlib.sha512)[:TAG]


def unwrapped(material: bytes, master: bytes) -> bytes:
    """Return the data key that a key document holds, wrapped with a local master key.

    Raises:
        ValueError: it is wrapped with another one, or in another way.

    """
    body, seal = material[:-TAG], material[-TAG:]
    if not hmac.compare_digest(tag(master[:HALF], b"", body), seal):
        raise ValueError("this data key is not wrapped as the local key provider does")
    cipher = Cipher(algorithms.AES(master[HALF : 2 * HALF]), modes.CBC(body[:16])).decryptor()
    padded = cipher.update(body[16:]) + cipher.finalize()
    plain = padding.PKCS7(128).unpadder()
    return bytes(plain.update(padded) + plain.finalize())


def _values(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner)
    else:
        yield value


def _packed(moment: datetime) -> bytes:
    return bson.encode({"": moment})[6:14]


def _any_of(literals: set[bytes]) -> re.Pattern[bytes]:
    """Return a pattern of any of these; of none, one that fits nowhere."""
    return re.compile(b"|".join(map(re.escape, sorted(literals))) or rb"(?!)", re.DOTALL)


def _found(pattern: re.Pattern[bytes], octets: bytes) -> Iterator[Place]:
    return (Place(found.start(), found.group()) for found in pattern.finditer(octets))
