"""The database of a service: one client, majority and journalled writes, aware times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer
from typing import Any

import pymongo
from pymongo import MongoClient, WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import ConnectionFailure, ExecutionTimeout, WTimeoutError
from pymongo.read_concern import ReadConcern

from services.chassis.logs import get_logger
from services.chassis.settings import Settings

Document = dict[str, Any]
SERVER_WAIT_MS = 5_000
LONG_S = 5.0
BUILT_WITHIN_S = 24 * 60 * 60
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Index:
    """An index to be there before the first query; `partial` is a filter expression."""

    name: str
    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    sparse: bool = False
    partial: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a query and the index that serves it: equality, then sort, then range.

    Fields `beside` may be asked for as well: they narrow what the index has found already.
    """

    name: str
    index: str
    equal: tuple[str, ...] = ()
    sort: tuple[tuple[str, int], ...] = ()
    range: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def serving(shape: Shape) -> Index:
    """Return the index of a paged shape: equality, then sort, then `_id`, which settles ties."""
    ties = ("_id", shape.sort[-1][1])
    return Index(shape.index, (*((name, 1) for name in shape.equal), *shape.sort, ties))


def connect(settings: Settings) -> MongoClient[Document]:
    """Return a client; it connects when first used and again whenever it must."""
    return MongoClient(settings.mongo_uri, **client_options(settings.database))


def client_options(appname: str, wait_ms: int = SERVER_WAIT_MS) -> dict[str, Any]:
    """Return how every client of ours reads times, and how long it waits for a server.

    A process gives the name of its database as its own, so that two systems on one server are known
    apart.
    """
    return {
        "tz_aware": True,
        "appname": appname,
        "serverSelectionTimeoutMS": wait_ms,
        "connectTimeoutMS": wait_ms,
        "socketTimeoutMS": 4 * wait_ms,
    }


def guarantees(*, is_production: bool) -> dict[str, Any]:
    """Return what a database of ours promises: durable writes, and in production majority reads."""
    return {
        "write_concern": WriteConcern(w="majority", j=True, wtimeout=2 * SERVER_WAIT_MS),
        "read_concern": ReadConcern("majority") if is_production else None,
    }


def open_database(client: MongoClient[Document], settings: Settings) -> Database[Document]:
    """Return the service's own database, every write of which is durable before it is answered."""
    return client.get_default_database(default=settings.database).with_options(
        **guarantees(is_production=settings.is_production)
    )


def is_outage(error: BaseException) -> bool:
    """Tell whether the database was away or could not confirm, rather than refused something."""
    return isinstance(error, ConnectionFailure | ExecutionTimeout | WTimeoutError)


def ensure_indexes(collection: Collection[Document], indexes: Iterable[Index]) -> None:
    """Build what is missing of the declared indexes; those that stand already cost nothing."""
    collection.database.command("ping")  # with the usual patience, while building has no end
    for index in indexes:
        options: dict[str, Any] = {"name": index.name, "unique": index.unique}
        if index.sparse:
            options["sparse"] = True
        if index.partial:
            options["partialFilterExpression"] = dict(index.partial)
        with building(f"{collection.name}.{index.name}"):
            collection.create_index(list(index.keys), **options)


@contextmanager
def building(what: str) -> Iterator[None]:
    """Let an index be built for as long as it takes, and say which one when that is long.

    A socket that may be silent for some seconds only would break off a grown collection's, and so
    would the next start, and the next.
    """
    telling = Timer(LONG_S, _log.warning, ("building_an_index",), {"index": what})
    telling.daemon = True
    telling.start()
    try:
        with pymongo.timeout(BUILT_WITHIN_S):
            yield
    finally:
        telling.cancel()
