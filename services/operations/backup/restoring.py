"""From a folder into the databases: checked as a whole before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from services.chassis.storage import restore_mark
from services.chassis.storage.deeds import DEEDS, Deed, Deeds
from services.operations.backup.folder import Kept, Manifest, check, read_documents, read_manifest
from services.operations.backup.saving import Databases, collections
from services.operations.progress import Begin
from services.operations.refusals import Left

AT_ONCE = 500
TAKEN = 11000
ONLY_ADDED_TO = frozenset({DEEDS, "operations_log"})


class Source:
    """A checked backup; its keys may come from a later one, in which erased people are erased."""

    def __init__(self, folder: Path, keys: Path | None = None) -> None:
        self.folder, self.keys = folder, keys or folder
        self.manifest = read_manifest(folder)
        self.later: Manifest = read_manifest(self.keys)

    @property
    def files(self) -> list[tuple[Path, Kept]]:
        """Return each file with the folder that it is taken from; keys last."""
        data = [(self.folder, each) for each in self.manifest.files if not each.is_vault]
        return [*data, *((self.keys, each) for each in self.later.files if each.is_vault)]

    def check(self, begin: Begin) -> None:
        """Read all of it once.

        Raises:
            NotABackup: something is missing, or not as it was written.

        """
        done = begin(len(self.files))
        for folder, kept in self.files:
            check(folder, kept)
            done(1)


def refuse_full(databases: Databases) -> None:
    """Refuse databases that hold something, unless it is the part of a restore that was ended.

    Raises:
        Left: there is something in one of them.

    """
    for service, database in databases.items():
        if restore_mark.is_under_way(database):
            continue
        for name in collections(service, database):
            if name not in ONLY_ADDED_TO and database[name].find_one({}, {"_id": 1}) is not None:
                raise Left(
                    f"the database of {service} is not empty ({name}): look where MONGODB_URI "
                    "points; --replace removes all that is there first."
                )


def restore(databases: Databases, source: Source, begin: Begin, deed: Deed) -> dict[str, int]:
    """Put everything back in place of what is there; return how many documents of each service.

    A database is marked while it holds a part only, and no service starts on it; ended in the
    middle, it is begun again. What was erased since stays erased, and what was written down about
    operators stays beside what the backup knows of them.
    """
    for database in databases.values():
        restore_mark.begin(database, deed.at)
        Deeds(database).record(deed)
    erased = {service: Deeds(database).erased() for service, database in databases.items()}
    for database in databases.values():
        _clear(database)
    done = begin(sum(kept.documents for _, kept in source.files))
    count = dict.fromkeys(databases, 0)
    for folder, kept in source.files:
        database = databases[kept.service]
        for some in _parts(_living(read_documents(folder, kept), erased[kept.service])):
            _put(database, kept.collection, some)
            count[kept.service] += len(some)
            done(len(some))
    for database in databases.values():
        restore_mark.finish(database)
    return count


def deed_of_restore(at: datetime, by: str, manifest: Manifest) -> Deed:
    """Return what is written down before a restore."""
    told = {"documents": manifest.documents}
    return Deed(at, by, "restore", f"backup of {manifest.made_at.isoformat()}", told=told)


def _clear(database: Database[dict[str, Any]]) -> None:
    """Remove all but what is only ever added to; collections of a later time go too."""
    for name in database.list_collection_names():
        if name not in {*ONLY_ADDED_TO, restore_mark.UNDER_WAY} and not name.startswith("system."):
            database[name].drop()


def _living(
    documents: Iterable[RawBSONDocument], erased: frozenset[str]
) -> Iterator[RawBSONDocument]:
    """Yield documents but for the keys of those who have been erased since."""
    for document in documents:
        names: Iterable[str] = document.get("keyAltNames", ()) if erased else ()
        if not erased.intersection(names):
            yield document


def _put(database: Database[Any], name: str, documents: list[RawBSONDocument]) -> None:
    try:
        database[name].insert_many(documents, ordered=False)
    except BulkWriteError as error:
        faults = error.details["writeErrors"]
        if name not in ONLY_ADDED_TO or any(each["code"] != TAKEN for each in faults):
            raise


def _parts(documents: Iterator[RawBSONDocument]) -> Iterator[list[RawBSONDocument]]:
    while some := list(islice(documents, AT_ONCE)):
        yield some
