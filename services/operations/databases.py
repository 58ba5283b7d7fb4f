"""The databases of services as a command needs them: opened for as long as the command lasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from environs import Env
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError, OperationFailure, PyMongoError

from services.chassis.storage.mongo import SERVER_WAIT_MS, client_options, guarantees
from services.operations.refusals import CannotReach
from services.operations.settings import database_of

REFUSED = frozenset({13, 18})  # not authorised, not let in
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


@contextmanager
def all_opened(env: Env, services: Iterable[str]) -> Iterator[dict[str, Database[dict[str, Any]]]]:
    """Open the databases of several services; those at one address share one client.

    Raises:
        CannotReach: nothing says where one is, it does not answer, or it refuses.

    """
    at = {service: database_of(env, service) for service in services}
    options = client_options("outreach") | {"socketTimeoutMS": ANSWERED_WITHIN_MS}
    try:
        with ExitStack() as stack:
            clients: dict[str, MongoClient[dict[str, Any]]] = {
                uri: stack.enter_context(MongoClient(uri, **options))
                for uri in {each.uri for each in at.values()}
            }
            promised = guarantees(is_production=False)
            yield {
                service: clients[each.uri].get_default_database(each.name).with_options(**promised)
                for service, each in at.items()
            }
    except (ConfigurationError, ValueError):
        raise CannotReach("an address of a database cannot be read: see MONGODB_URI.") from None
    except PyMongoError as error:
        raise CannotReach(_why(error)) from None


def _why(error: PyMongoError) -> str:
    """Return why the databases cannot be used, without an address or a value."""
    kind = type(error).__name__
    if isinstance(error, OperationFailure) and error.code in REFUSED:
        return (
            f"a database refuses this user ({kind}): docs/operations.md tells the rights it needs."
        )
    if isinstance(error, OperationFailure):
        return f"a database refused ({kind}, code {error.code}): nothing more was done."
    return (
        f"a database does not answer ({kind}): start it, or see MONGODB_URI; then run this again."
    )
