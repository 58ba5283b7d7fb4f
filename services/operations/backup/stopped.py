"""Is the system at rest? Who has a connection, who takes from queues, what waits in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from environs import Env
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure

from services.operations.bus import bus
from services.operations.doctor.expected import SERVICES, ladder_queues, taken_queues, work_queues
from services.operations.doctor.findings import NotPermitted
from services.operations.doctor.on_the_bus import Queue, Sight
from services.operations.refusals import CannotReach
from services.operations.settings import CONSUMERS, bus_uri

Databases = Mapping[str, Database[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Rest:
    """What was seen: services that run, queues that hold messages, and what could not be seen."""

    running: tuple[str, ...]
    waiting: tuple[Queue, ...]
    unseen: tuple[str, ...]


def look(env: Env, databases: Databases) -> Rest:
    """Look at the databases' connections and at the bus."""
    running: set[str] = set()
    unseen = []
    prefix = env.str("DATABASE_PREFIX", "")
    for client in {id(each.client): each.client for each in databases.values()}.values():
        try:
            running |= connected(client, prefix)
        except OperationFailure:
            unseen.append("who is connected to the database (its user lacks the right `inprog`)")
    queues: list[Queue] = []
    try:
        queues = list(_queues(bus_uri(env)))
    except (CannotReach, NotPermitted) as error:
        unseen.append(f"the bus ({str(error).rstrip('.')})")
    running |= set(_takers(queues))
    return Rest(tuple(sorted(running)), _waiting(queues), tuple(dict.fromkeys(unseen)))


def connected(client: MongoClient[dict[str, Any]], prefix: str) -> set[str]:
    """Return the services of a system that have a connection, by the names that they give."""
    told = client.admin.command({"currentOp": 1, "$all": True})["inprog"]
    metadata = [each.get("clientMetadata", {}) for each in told]
    names = {each.get("application", {}).get("name") for each in metadata}
    return {service for service in SERVICES if f"{prefix}{service}" in names}


def _queues(uri: str) -> Iterator[Queue]:
    with bus(uri) as connection:
        sight = Sight(connection)
        for consumer in CONSUMERS:
            for name in (*taken_queues(consumer), *ladder_queues(consumer)):
                if (found := sight.queue(name)) is not None:
                    yield found


def _takers(queues: Iterable[Queue]) -> Iterator[str]:
    for queue in queues:
        if queue.takers:
            yield queue.name.split(".", 1)[0]


def _waiting(queues: Iterable[Queue]) -> tuple[Queue, ...]:
    """Return the queues of events in which messages wait; answers matter to nobody who is gone."""
    events = {n for each in CONSUMERS for n in (*work_queues(each), *ladder_queues(each))}
    return tuple(queue for queue in queues if queue.waiting and queue.name in events)
