"""From the outbox to a real bus: at once when all is well, and in the end when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.integration.chassis.things import (
    EXCHANGE,
    KEY,
    Counted,
    Things,
    announce,
    new_thing,
    runtime,
)
from tests.support import published, until


@pytest.fixture
def things(mongo: Any, broker: Any) -> Things:
    made = Things(runtime(mongo, broker.uri, lease_s=0.5), announce)
    made.runtime.database.drop_collection(Things.collection)
    made.ensure_indexes()
    return made


@contextmanager
def relaying(things: Things) -> Iterator[None]:
    relay = things.runtime.relay
    relay.start()
    try:
        yield
    finally:
        relay.stop()


def pending(things: Things) -> int:
    return things.runtime.database[Things.collection].count_documents(
        {"outbox_due": {"$exists": True}}
    )


def test_a_commit_is_on_the_bus_and_leaves_the_outbox(things: Things, broker: Any) -> None:
    with published(broker, EXCHANGE, KEY) as heard, relaying(things):
        until(lambda: things.runtime.relay.publisher.is_open)
        made = {things.create(new_thing(), [Counted()]).case_id for _ in range(50)}
        until(lambda: len(heard) == 50)
        until(lambda: pending(things) == 0)
    assert {message["case_id"] for message in heard} == made


def test_what_was_committed_without_a_relay_is_swept_up(things: Things, broker: Any) -> None:
    thing = things.create(new_thing(), [Counted(), Counted()])
    with published(broker, EXCHANGE, KEY) as heard, relaying(things):
        until(lambda: len(heard) == 2)
        until(lambda: pending(things) == 0)
    assert [(m["case_id"], m["seq"]) for m in heard] == [(thing.case_id, 1), (thing.case_id, 2)]


def test_an_event_without_a_queue_waits_for_one(things: Things, broker: Any) -> None:
    with relaying(things):
        until(lambda: things.runtime.relay.publisher.is_open)
        things.create(new_thing(), [Counted()])
        relayed = things.runtime.metrics.relayed.labels("returned")
        until(lambda: relayed._value.get() >= 1)
        assert pending(things) == 1
        with published(broker, EXCHANGE, KEY) as heard:
            until(lambda: len(heard) == 1, within=10)
            until(lambda: pending(things) == 0)
