"""Indexes of a service, compared with what its repositories declare, and built where they are not.

`python -m services.chassis.storage.reindexing SERVICE [--look]` is run by `./outreach reindex` in a
process of its own, so that no service imports another. It prints a line of JSON for each index.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any

from environs import Env
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database

from services.chassis.crypto import KEY_NAMES, VAULT_COLLECTION
from services.chassis.logs import note_beside_output
from services.chassis.settings import mongo_address
from services.chassis.storage import access_log, operations_log
from services.chassis.storage.aggregates import OUTBOX_DUE, Repository
from services.chassis.storage.mongo import Document, Index, client_options, ensure_indexes

THERE, MISSING, BUILT, DIFFERS, UNKNOWN = "there", "missing", "built", "differs", "unknown"
OWN, OPERATORS = "_id_", "operations_log"
Declared = Mapping[str, tuple[Index, ...]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One index: `missing` and `differs` are to be mended; `unknown` is declared by nobody."""

    collection: str
    index: str
    state: str


def declared(service: str) -> Declared:
    """Return the indexes that the repositories of a service declare, by collection."""
    import_module(f"services.{service}.repository")
    repositories = list(_below(Repository))
    # Operators' own log gets its index with its first entry.
    return {
        **{each.collection: (*each.INDEXES, OUTBOX_DUE) for each in repositories},
        "access_log": access_log.INDEXES,
        OPERATORS: operations_log.INDEXES,
        VAULT_COLLECTION: (KEY_NAMES,),
    }


def look(database: Database[Document], wanted: Declared) -> Iterator[Seen]:
    """Yield every index that is there or should be."""
    for name in sorted({*wanted, *database.list_collection_names()}):
        if name.startswith("system."):
            continue
        there = database[name].index_information()
        if name == OPERATORS and not there:
            continue
        known = {index.name: index for index in wanted.get(name, ())}
        for index in known.values():
            yield Seen(name, index.name, _state(index, there.get(index.name)))
        for other in sorted(there.keys() - known.keys() - {OWN}):
            yield Seen(name, other, UNKNOWN)


def mend(database: Database[Document], wanted: Declared) -> Iterator[Seen]:
    """Build what is missing, and what differs anew; yield each index when it is as it should be."""
    for seen in list(look(database, wanted)):
        if seen.state not in {MISSING, DIFFERS}:
            yield seen
            continue
        collection: Collection[Document] = database[seen.collection]
        if seen.state == DIFFERS:
            collection.drop_index(seen.index)
        named = [index for index in wanted[seen.collection] if index.name == seen.index]
        ensure_indexes(collection, named)
        yield Seen(seen.collection, seen.index, BUILT)


def main(arguments: list[str] | None = None) -> None:
    """Compare or build, and print a line for each index."""
    parser = argparse.ArgumentParser(prog="reindexing")
    parser.add_argument("service")
    parser.add_argument("--look", action="store_true")
    asked = parser.parse_args(arguments)
    note_beside_output()
    uri, name = mongo_address(Env(), asked.service)
    client: MongoClient[Document] = MongoClient(uri, **client_options("outreach"))
    with client:
        wanted, database = declared(asked.service), client.get_default_database(name)
        for seen in (look if asked.look else mend)(database, wanted):
            sys.stdout.write(json.dumps(asdict(seen)) + "\n")
            sys.stdout.flush()


def _below(repository: Any) -> Iterator[Any]:
    for each in repository.__subclasses__():
        yield from _below(each)
        if hasattr(each, "collection"):
            yield each


def _state(index: Index, there: Mapping[str, Any] | None) -> str:
    if there is None:
        return MISSING
    is_alike = (
        [tuple(key) for key in _keys(there)] == list(index.keys)
        and bool(there.get("unique")) == index.unique
        and bool(there.get("sparse")) == index.sparse
        and (there.get("partialFilterExpression") or None) == (dict(index.partial or {}) or None)
    )
    return THERE if is_alike else DIFFERS


def _keys(there: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    return [(name, int(direction)) for name, direction in there["key"]]


if __name__ == "__main__":
    main()
