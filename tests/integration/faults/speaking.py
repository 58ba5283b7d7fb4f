"""A service in the test's own process that says things, over whatever line it is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.integration.chassis.things import Counted, Thing, Things, announce, new_thing, runtime
from tests.support import until

LEASE_S = 0.6


@contextmanager
def speaking(mongo: Any, uri: str, lease_s: float = LEASE_S) -> Iterator[Things]:
    """Give things whose commits are published; what the bus confirms counts as heard."""
    made = Things(runtime(mongo, uri, lease_s=lease_s), announce)
    made.ensure_indexes()
    relay = made.runtime.relay
    relay.start()
    until(lambda: relay.publisher.is_open)
    try:
        yield made
    finally:
        relay.stop()
        made.runtime.database.drop_collection(Things.collection)


def say(things: Things, count: int) -> set[str]:
    """Commit so many new things with a word each; return their ids."""
    return {things.create(new_thing(), [Counted()]).case_id for _ in range(count)}


def say_more(things: Things, thing: Thing) -> None:
    """Commit one more word about a thing."""
    things.change(thing.id, lambda now: (replace(now, count=now.count + 1), [Counted()]))


def waiting(things: Things) -> int:
    """Return how many things have words that are not on the bus."""
    documents = things.runtime.database[Things.collection]
    return documents.count_documents({"outbox_due": {"$exists": True}})


def relayed(things: Things, result: str) -> float:
    """Return how many publications ended like this."""
    value: float = things.runtime.metrics.relayed.labels(result)._value.get()
    return value
