"""An event that cannot leave, or cannot even be read, keeps no other from leaving, and alarms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from services.chassis import clock
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

MANY = 40
SPOILT = [
    pytest.param({"$set": {"outbox.0.routing_key": "of_nobody.v1"}}, id="no queue ever takes it"),
    pytest.param({"$unset": {"outbox.0.body": ""}}, id="its body is gone"),
    pytest.param({"$set": {"outbox.0.seq": "one"}}, id="its number is none"),
    pytest.param({"$set": {"outbox": "x"}}, id="its outbox is none"),
]


@pytest.fixture
def things(mongo: Any, broker: Any) -> Iterator[Things]:
    """Things whose words wait for a sweep."""
    made = Things(runtime(mongo, broker.uri, lease_s=1), announce)
    made.ensure_indexes()
    yield made
    made.runtime.database.drop_collection(Things.collection)
    made.runtime.client.close()


@contextmanager
def relaying(things: Things) -> Iterator[None]:
    things.runtime.relay.start()
    try:
        yield
    finally:
        things.runtime.relay.stop()


def alarms(things: Things) -> float:
    """Return how many aggregates are shown that cannot be read, or wait to be on the bus."""
    registry = things.runtime.metrics.registry
    shown = ("casework_outbox_unreadable", "casework_outbox_pending")
    return sum(registry.get_sample_value(name) or 0 for name in shown)


@pytest.mark.parametrize("spoilt", SPOILT)
def test_one_that_cannot_leave_keeps_no_other(
    spoilt: dict[str, Any], things: Things, broker: Any
) -> None:
    kept = things.runtime.database[Things.collection]
    poison, others = new_thing(), [new_thing() for _ in range(MANY)]
    for thing in (others[0], poison, *others[1:]):
        things.create(thing, [Counted()])
    kept.update_one({"_id": poison.id}, spoilt)
    kept.update_many({}, {"$set": {"outbox_due": clock.now()}})
    with published(broker, EXCHANGE, KEY) as heard, relaying(things):
        until(lambda: {each["case_id"] for each in heard} == {t.case_id for t in others}, 20)
        until(lambda: kept.count_documents({"outbox_due": {"$exists": True}}) == 1, 20)
        until(lambda: alarms(things) >= 1, 20)
        assert kept.find_one({"_id": poison.id})["outbox"]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_one_that_cannot_leave_keeps_nobody_from_changing_its_aggregate(
    spoilt: dict[str, Any], things: Things
) -> None:
    kept = things.runtime.database[Things.collection]
    poison = things.create(new_thing(), [Counted()])
    kept.update_one({"_id": poison.id}, spoilt)
    others = Things(things.runtime, announce)
    others.change(poison.id, lambda now: (replace(now, count=7), ()))
    assert kept.find_one({"_id": poison.id})["count"] == 7
