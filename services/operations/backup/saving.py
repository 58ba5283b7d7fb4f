"""From the databases into a folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from shutil import rmtree
from typing import Any

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database

from services.chassis import clock
from services.chassis.crypto import VAULT_COLLECTION
from services.chassis.storage.probe import SCRATCH, server_of
from services.chassis.storage.restore_mark import UNDER_WAY
from services.operations.backup.folder import Kept, Manifest, write_documents, write_manifest
from services.operations.backup.still import STOPPED, held_still
from services.operations.doctor.expected import INDEXES, PORTAL
from services.operations.progress import Begin
from services.operations.refusals import CannotReach, Left

AT_ONCE = 500
LEFT_OUT = {PORTAL: frozenset({"sessions"})}  # who has signed out must not be signed in again
Databases = Mapping[str, Database[dict[str, Any]]]
Place = tuple[str, str]


def save(databases: Databases, folder: Path, begin: Begin, *, is_stopped: bool) -> Manifest:
    """Copy all databases into a new folder, which has its name only once it is whole.

    `begin` is told how many documents there are, more or less, and returns what is told of each.

    Raises:
        Left: there is something of this name.
        CannotReach: the databases cannot be read at one moment.

    """
    if folder.exists():
        raise Left(f"{folder} is there already: name a new folder.")
    partial = folder.with_name(f"{folder.name}.partial")
    rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir(mode=0o700, parents=True)
        manifest = _copy(databases, partial, begin, is_stopped=is_stopped)
        write_manifest(partial, manifest)
        partial.rename(folder)
        _settle(folder.parent)
    finally:
        rmtree(partial, ignore_errors=True)
    return manifest


def collections(service: str, database: Database[dict[str, Any]]) -> list[str]:
    """Return what is kept of a database: keys last, so that what was sealed has its key."""
    there = {*database.list_collection_names(), *INDEXES[service]} - LEFT_OUT.get(service, set())
    kept = [name for name in there if not name.startswith((SCRATCH, UNDER_WAY, "system."))]
    return sorted(kept, key=lambda name: (name == VAULT_COLLECTION, name))


def _copy(databases: Databases, folder: Path, begin: Begin, *, is_stopped: bool) -> Manifest:
    places = [
        (service, name) for service, at in databases.items() for name in collections(service, at)
    ]
    clients = {id(at.client): at.client for at in databases.values()}
    if len(clients) > 1 and not is_stopped:
        raise CannotReach(
            "the databases have different addresses, and only those of one can be read at one "
            f"moment: give MONGODB_URI alone, or {STOPPED}."
        )
    client, server = next(iter(clients.values())), server_of(next(iter(databases.values())))
    made_at = clock.now()
    done = begin(
        sum(databases[service][name].estimated_document_count() for service, name in places)
    )
    with nullcontext() if is_stopped else held_still(client, server) as session:
        files = [_file(databases, folder, place, session, done) for place in places]
    return Manifest(made_at, server, not is_stopped, tuple(files))


def _file(
    databases: Databases,
    folder: Path,
    place: Place,
    session: ClientSession | None,
    done: Callable[[int], object],
) -> Kept:
    service, name = place
    raw = databases[service][name].with_options(CodecOptions(RawBSONDocument))
    return write_documents(folder, service, name, _documents(raw, session, done))


def _documents(
    collection: Collection[RawBSONDocument],
    session: ClientSession | None,
    done: Callable[[int], object],
) -> Iterator[RawBSONDocument]:
    for document in collection.find({}, session=session, batch_size=AT_ONCE):
        yield document
        done(1)


def _settle(folder: Path) -> None:
    """Have the new name on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
