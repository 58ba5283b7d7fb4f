"""A backup as files: one for each collection, and a manifest that is written last of all.

    manifest.json                            what there is, how much of it, and its checksums
    data/<service>/<collection>.bson.gz      documents as the database keeps them, one after another
    keys/<service>/key_vault.bson.gz         data keys, wrapped by the master key, which is not here

The files are BSON in gzip: `gunzip`, `bsondump` and `mongorestore --gzip` read them as well.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

from bson import decode_file_iter
from bson.codec_options import CodecOptions
from bson.errors import InvalidBSON
from bson.raw_bson import RawBSONDocument

from services.chassis.crypto import VAULT_COLLECTION

FORMAT = 1
MANIFEST = "manifest.json"
PART = 1 << 20
QUICK = 1  # gzip: three times as fast as its default, a tenth larger
_RAW: CodecOptions[RawBSONDocument] = CodecOptions(RawBSONDocument)


class NotABackup(Exception):
    """The folder holds no whole backup, or is not as it was written; the message says what is."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file: the documents of one collection; `bytes` and `sha256` are of the file."""

    service: str
    collection: str
    documents: int
    bytes: int
    sha256: str

    @property
    def path(self) -> str:
        """Return where it lies in the folder."""
        part = "keys" if self.is_vault else "data"
        return f"{part}/{self.service}/{self.collection}.bson.gz"

    @property
    def is_vault(self) -> bool:
        """Does it hold the keys that others are sealed with?"""
        return self.collection == VAULT_COLLECTION


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds; `is_of_one_moment` unless the services had to be stopped for it."""

    made_at: datetime
    server: str
    is_of_one_moment: bool
    files: tuple[Kept, ...]

    @property
    def documents(self) -> int:
        """Return how many documents there are in all."""
        return sum(each.documents for each in self.files)

    def as_json(self) -> dict[str, Any]:
        """Return the form that is written."""
        return {
            "format": FORMAT,
            "made_at": self.made_at.isoformat(),
            "server": self.server,
            "is_of_one_moment": self.is_of_one_moment,
            "documents": self.documents,
            "not_in_here": "master keys, the key of the blind index, dead letters",
            "files": [asdict(each) | {"path": each.path} for each in self.files],
        }


def create(path: Path) -> IO[bytes]:
    """Create a file that nobody else may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def write_documents(
    folder: Path, service: str, collection: str, documents: Iterable[RawBSONDocument]
) -> Kept:
    """Write documents one after another, as they come; on the disk when this returns."""
    path, count = folder / Kept(service, collection, 0, 0, "").path, 0
    with create(path) as file:
        with gzip.GzipFile("", "wb", QUICK, file, mtime=0) as packed:
            for document in documents:
                packed.write(document.raw)
                count += 1
        _settle(file)
    return Kept(service, collection, count, path.stat().st_size, _hash(path))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write what makes a folder a backup, once all else is on the disk."""
    told = json.dumps(_sealed(manifest.as_json()), indent=2) + "\n"
    with create(folder / MANIFEST) as file:
        file.write(told.encode())
        _settle(file)


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup holds.

    Raises:
        NotABackup: it is not there, of another format, or not as it was written.

    """
    try:
        told = json.loads((folder / MANIFEST).read_bytes())
        if told["format"] != FORMAT:
            raise NotABackup(f"{folder} has format {told['format']}, and this reads {FORMAT}")
        if _sealed(told)["sha256"] != told["sha256"]:
            raise NotABackup(f"{folder / MANIFEST} is not as it was written")
        return _manifest(told)
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"{MANIFEST} cannot be read ({type(error).__name__})"
        raise NotABackup(f"{folder} is no whole backup: {why}") from None


def check(folder: Path, kept: Kept) -> None:
    """Read a whole file and compare it with the manifest.

    Raises:
        NotABackup: it is missing, or not as it was written.

    """
    path = folder / kept.path
    try:
        if _hash(path) != kept.sha256:
            raise NotABackup(f"{path} is not as it was written")
        if (found := sum(1 for _ in read_documents(folder, kept))) != kept.documents:
            raise NotABackup(f"{path} holds {found:,} documents and not {kept.documents:,}")
    except (OSError, EOFError, InvalidBSON) as error:
        raise NotABackup(f"{path} cannot be read ({type(error).__name__})") from None


def read_documents(folder: Path, kept: Kept) -> Iterator[RawBSONDocument]:
    """Yield the documents of a file, one after another."""
    with gzip.open(folder / kept.path, "rb") as file:
        yield from decode_file_iter(cast(IO[bytes], file), _RAW)


def _manifest(told: Mapping[str, Any]) -> Manifest:
    names = ("service", "collection", "documents", "bytes", "sha256")
    return Manifest(
        datetime.fromisoformat(told["made_at"]),
        told["server"],
        told["is_of_one_moment"],
        tuple(Kept(*(each[name] for name in names)) for each in told["files"]),
    )


def _sealed(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest with the checksum of all else in it."""
    rest = {name: value for name, value in told.items() if name != "sha256"}
    return rest | {"sha256": hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _settle(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
