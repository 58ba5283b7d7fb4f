"""From the outbox to a real bus: at once when all is well, and in the end when it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.messaging.hearers import hearers_of
from services.chassis.messaging.relay import Relay
from tests.integration.chassis.things import (
    EXCHANGE,
    KEY,
    Counted,
    Thing,
    Things,
    announce,
    new_thing,
    runtime,
)
from tests.support import published, until
from tests.support.bus import ready

HEARERS = ("notifications", "risk", "referrals")


@pytest.fixture
def things(mongo: Any, broker: Any) -> Things:
    made = Things(runtime(mongo, broker.uri, lease_s=0.5), announce)
    made.runtime.database.drop_collection(Things.collection)
    made.ensure_indexes()
    return made


@pytest.fixture
def unswept(mongo: Any, broker: Any, things: Things) -> Things:
    """The same things, with a lease so long that no sweep takes over in a test."""
    del things
    return Things(runtime(mongo, broker.uri, lease_s=60), announce)


@pytest.fixture
def heard_by_all(mongo: Any, broker: Any, things: Things) -> Things:
    """The same things, in a process that knows who hears it."""
    del things
    made = runtime(mongo, broker.uri, lease_s=0.5)
    relay = Relay(
        broker.uri, "sessions", made.metrics, timedelta(seconds=0.5), hearers_of("sessions")
    )
    return Things(replace(made, relay=relay), announce)


def waiting(broker: Any) -> list[int]:
    return [ready(broker, f"{hearer}.{KEY}") for hearer in HEARERS]


def count_up(thing: Thing) -> tuple[Thing, list[Counted]]:
    return replace(thing, count=thing.count + 1), [Counted()]


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


def test_what_could_not_leave_goes_before_what_is_said_next(unswept: Things, broker: Any) -> None:
    thing = unswept.create(new_thing(), [Counted()])
    with published(broker, EXCHANGE, KEY) as heard, relaying(unswept):
        until(lambda: unswept.runtime.relay.publisher.is_open)
        unswept.change(thing.id, count_up)
        until(lambda: pending(unswept) == 0)
    assert [message["seq"] for message in heard] == [1, 2]


def test_many_words_of_one_thing_leave_in_order_and_nothing_stays(
    unswept: Things, broker: Any
) -> None:
    thing = unswept.create(new_thing(), [])
    with published(broker, EXCHANGE, KEY) as heard, relaying(unswept):
        until(lambda: unswept.runtime.relay.publisher.is_open)
        for _ in range(60):
            unswept.change(thing.id, count_up)
        until(lambda: pending(unswept) == 0)
    told = list(dict.fromkeys(message["seq"] for message in heard))
    assert told == list(range(1, 61))


def test_who_was_never_started_finds_what_was_said(heard_by_all: Things, broker: Any) -> None:
    with relaying(heard_by_all):
        until(lambda: heard_by_all.runtime.relay.publisher.is_open)
        heard_by_all.create(new_thing(), [Counted()])
        until(lambda: waiting(broker) == [1, 1, 1])


def test_queues_that_were_deleted_are_there_for_the_next_try(
    heard_by_all: Things, broker: Any
) -> None:
    with relaying(heard_by_all):
        until(lambda: heard_by_all.runtime.relay.publisher.is_open)
        for hearer in HEARERS:
            broker.control("delete_queue", f"{hearer}.{KEY}")
        heard_by_all.create(new_thing(), [Counted()])
        until(lambda: waiting(broker) == [1, 1, 1], within=10)
