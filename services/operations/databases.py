"""The database of one service as a command needs it: opened for as long as the command lasts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from environs import Env
from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.storage.mongo import SERVER_WAIT_MS, client_options, guarantees
from services.operations.settings import database_of

ANSWERED_WITHIN_MS = 10_000  # somebody waits at a terminal


@contextmanager
def opened(
    env: Env, service: str, wait_ms: int = SERVER_WAIT_MS
) -> Iterator[Database[dict[str, Any]]]:
    """Open the database of a service, each write to which is durable before it is answered.

    Raises:
        CannotReach: nothing says where it is.
        PyMongoError: its address cannot be read.

    """
    at = database_of(env, service)
    options = client_options("outreach", wait_ms) | {"socketTimeoutMS": ANSWERED_WITHIN_MS}
    client: MongoClient[dict[str, Any]] = MongoClient(at.uri, **options)
    with client:
        database = client.get_default_database(at.name)
        yield database.with_options(**guarantees(is_production=False))
