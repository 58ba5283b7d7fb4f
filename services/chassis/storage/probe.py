"""What the database server at hand really gives, found by asking it and by trying it out.

Each trial is one assumption that this code rests on. All are made at each start, in every mode, in
a scratch collection that is dropped afterwards: a server that only looks like MongoDB, or a later
release of the embedded one, is then known before the first referral and not by a lost one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from pymongo import UpdateOne, WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError, OperationFailure
from pymongo.read_concern import ReadConcern

from services.chassis.ids import new_id
from services.chassis.logs import SafeMessage, get_logger
from services.chassis.storage.mongo import Document, is_outage

SCRATCH = "storage_probe"
EMBEDDED = "the embedded server"
MAJORITY_WITHIN_MS = 5_000
_log = get_logger(__name__)

Trial = Callable[[Collection[Document]], bool]


class WeakStorage(SafeMessage):
    """The server cannot give the guarantees that production mode asks for."""


@dataclass(frozen=True, slots=True)
class Storage:
    """The server at hand: program and version, and the names of the trials that it failed."""

    server: str
    lacks: tuple[str, ...]


def replica_set(scratch: Collection[Document]) -> bool:
    """Is it MongoDB's own replica set, or a router before some?

    The embedded server says that it is one of one member, but none can be added to it.
    """
    hello = scratch.database.client.admin.command("hello")
    is_set = bool(hello.get("setName")) or hello.get("msg") == "isdbgrid"
    return is_set and not _is_embedded(scratch)


def majority_writes(scratch: Collection[Document]) -> bool:
    """Is a write acknowledged by a majority?"""
    concern = WriteConcern("majority", wtimeout=MAJORITY_WITHIN_MS)
    return _told(scratch.with_options(write_concern=concern))


def journalled_writes(scratch: Collection[Document]) -> bool:
    """Is a write acknowledged once it is in the journal, and is there a disk under it?

    Whoever may not ask for the engine is told nothing of it; the write itself must do then.
    """
    if not _told(scratch.with_options(write_concern=WriteConcern(1, j=True))):
        return False
    try:
        status = scratch.database.client.admin.command("serverStatus")
    except OperationFailure:
        return True
    return bool(status.get("storageEngine", {}).get("persistent", True))


def majority_reads(scratch: Collection[Document]) -> bool:
    """Does a majority read show what a majority has acknowledged?"""
    concern = WriteConcern("majority", wtimeout=MAJORITY_WITHIN_MS)
    written = scratch.with_options(write_concern=concern)
    written.insert_one({"_id": "read"})
    majority = scratch.with_options(read_concern=ReadConcern("majority"))
    return majority.find_one({"_id": "read"}) == {"_id": "read"}


def unique_sparse_indexes(scratch: Collection[Document]) -> bool:
    """Is a second document with the same key refused, and any number without it taken?"""
    scratch.create_index("alone", unique=True, sparse=True)
    scratch.insert_many([{"alone": 1}, {"without": 1}, {"without": 2}])
    return _is_refused(scratch, {"alone": 1})


def unique_partial_indexes(scratch: Collection[Document]) -> bool:
    """Is a key unique among the documents that fit the index's own filter, and only there?"""
    only_open = {"is_open": True}
    scratch.create_index("case", unique=True, partialFilterExpression=only_open)
    scratch.insert_many([{"case": 1, **only_open}, {"case": 1, "is_open": False}])
    return _is_refused(scratch, {"case": 1, **only_open})


def compare_and_set(scratch: Collection[Document]) -> bool:
    """Does an update tell whether it found the version that it was made for?"""
    scratch.insert_one({"_id": "version", "version": 1})
    mine = {"_id": "version", "version": 1}
    tries = [scratch.update_one(mine, {"$inc": {"version": 1}}) for _ in range(2)]
    return [(one.matched_count, one.modified_count) for one in tries] == [(1, 1), (0, 0)]


def push_with_slice(scratch: Collection[Document]) -> bool:
    """Does `$push` add several, and keep only the last of them?"""
    kept = _changed(scratch, "push", [1, 2], {"$push": {"kept": {"$each": [3, 4], "$slice": -3}}})
    return kept == [2, 3, 4]


def pull_of_embedded(scratch: Collection[Document]) -> bool:
    """Does `$pull` take out the embedded documents that fit, and leave the others?"""
    said = [{"seq": 1}, {"seq": 2}, {"seq": 3}]
    left = _changed(scratch, "pull", said, {"$pull": {"kept": {"seq": {"$in": [1, 3]}}}})
    return left == [{"seq": 2}]


def add_to_set(scratch: Collection[Document]) -> bool:
    """Does `$addToSet` add each of several once?"""
    kept = _changed(scratch, "set", ["a"], {"$addToSet": {"kept": {"$each": ["a", "b", "b"]}}})
    return kept == ["a", "b"]


def max_and_unset(scratch: Collection[Document]) -> bool:
    """Does `$max` never go down, and `$unset` take a field away, in one update?"""
    scratch.insert_one({"_id": "max", "low": 1, "high": 9, "gone": 1})
    scratch.update_one({"_id": "max"}, {"$max": {"low": 5, "high": 5}, "$unset": {"gone": ""}})
    return scratch.find_one({"_id": "max"}) == {"_id": "max", "low": 5, "high": 9}


def filters_on_arrays(scratch: Collection[Document]) -> bool:
    """Is an outbox found by what it holds exactly, and a list by all of several marks?"""
    scratch.insert_one({"_id": "array", "said": [{"seq": 1}, {"seq": 2}], "heard": ["b", "a"]})
    both = {"said.0.seq": 1, "said.1.seq": 2}
    asked: tuple[Document, ...] = (
        {"said": {"$size": 2}, **both},
        {"heard": {"$all": ["a", "b"]}},
        {"said": {"$size": 3}, **both},
        {"heard": {"$all": ["a", "c"]}},
    )
    return [scratch.count_documents(each) for each in asked] == [1, 1, 0, 0]


def ordered_bulk_writes(scratch: Collection[Document]) -> bool:
    """Does each update of a bulk see those before it, and is every one counted?"""
    scratch.insert_one({"_id": "bulk", "step": 0})
    steps = [UpdateOne({"_id": "bulk", "step": n}, {"$inc": {"step": 1}}) for n in (0, 1, 9)]
    done = scratch.bulk_write(steps, ordered=True)
    return (done.matched_count, done.modified_count) == (2, 2)


TRIALS: tuple[Trial, ...] = (
    replica_set,
    majority_writes,
    journalled_writes,
    majority_reads,
    unique_sparse_indexes,
    unique_partial_indexes,
    compare_and_set,
    push_with_slice,
    pull_of_embedded,
    add_to_set,
    max_and_unset,
    filters_on_arrays,
    ordered_bulk_writes,
)


def examine(database: Database[Document], service: str, *, is_production: bool) -> Storage:
    """Try the server out, log once what it lacks, and refuse production on what is too weak.

    Raises:
        WeakStorage: production mode, and something is missing.
        PyMongoError: the server is away, or has no majority for the moment: ask again.

    """
    since = perf_counter()
    found = probe(database)
    took_ms = round((perf_counter() - since) * 1000)
    _log.info("storage_probed", server=found.server, lacks=list(found.lacks), took_ms=took_ms)
    if is_production and found.lacks:
        raise WeakStorage(
            f"MODE=production needs {_listed(found.lacks)}, which {found.server} does not give: "
            f"point {service.upper()}_MONGO_URI or MONGODB_URI at a MongoDB replica set, "
            "or set MODE=local"
        )
    return found


def probe(database: Database[Document], trials: Sequence[Trial] = TRIALS) -> Storage:
    """Make trials in a scratch collection of this database, and drop it."""
    scratch = database[f"{SCRATCH}_{new_id()}"].with_options(write_concern=WriteConcern(1))
    try:
        failed = tuple(trial.__name__ for trial in trials if not _is_passed(trial, scratch))
    finally:
        scratch.drop()
    return Storage(server_of(database), failed)


def _is_passed(trial: Trial, scratch: Collection[Document]) -> bool:
    """Make one trial; what the server refuses it does not give, unless it is only away."""
    try:
        return trial(scratch)
    except OperationFailure as error:
        if is_outage(error):
            raise
        return False


def _is_refused(scratch: Collection[Document], document: Document) -> bool:
    try:
        scratch.insert_one(document)
    except DuplicateKeyError:
        return True
    return False


def _told(scratch: Collection[Document]) -> bool:
    return scratch.insert_one({}).acknowledged


def _changed(
    scratch: Collection[Document], key: str, kept: Sequence[object], update: Document
) -> object:
    """Return what an update makes of an array."""
    scratch.insert_one({"_id": key, "kept": list(kept)})
    scratch.update_one({"_id": key}, update)
    return (scratch.find_one({"_id": key}) or {}).get("kept")


def server_of(database: Database[Document]) -> str:
    """Return which program answers, and its version."""
    build = database.client.admin.command("buildInfo")
    if "secantusVersion" in build:
        return f"{EMBEDDED} {build['secantusVersion']}"
    return f"MongoDB {build.get('version', 'of unknown version')}"


def _is_embedded(scratch: Collection[Document]) -> bool:
    return server_of(scratch.database).startswith(EMBEDDED)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name.replace('_', ' ')}`" for name in names)
