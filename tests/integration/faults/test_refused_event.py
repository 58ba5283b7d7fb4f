"""An event for which the broker closes the channel keeps no other from leaving."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.chassis.things import EXCHANGE, KEY, Counted, Things, new_thing
from tests.integration.faults.speaking import relayed, say, speaking, waiting
from tests.support import published, until
from tests.support.own import OwnBroker

USUAL_OCTETS = 2**27
LONGEST_OCTETS = 455  # a usual event has 437, one of an area with a long name more
LONG = "an-area-with-as-long-a-name-as-there-is"


@pytest.fixture
def strict(own_broker: OwnBroker) -> Iterator[OwnBroker]:
    """A broker that refuses a message with such a name in it, by closing the channel."""
    take_up_to(own_broker, LONGEST_OCTETS)
    yield own_broker
    take_up_to(own_broker, USUAL_OCTETS)


def take_up_to(broker: OwnBroker, octets: int) -> None:
    broker.control("eval", f"application:set_env(rabbit, max_message_size, {octets}).")


def octets(things: Things, key: str) -> int:
    """Return how long the first waiting event of a thing is."""
    found = things.runtime.database[Things.collection].find_one({"_id": key})
    assert found is not None
    return len(found["outbox"][0]["body"])


def test_an_event_that_the_broker_refuses_does_not_stop_the_others(
    strict: OwnBroker, mongo: Any
) -> None:
    with published(strict, EXCHANGE, KEY) as heard, speaking(mongo, strict.uri) as things:
        too_long = things.create(new_thing(area=LONG), [Counted()])
        made = say(things, 100)
        until(lambda: {event["case_id"] for event in heard} == made, within=20)
        made |= say(things, 100)
        until(lambda: {event["case_id"] for event in heard} == made, within=20)
        until(lambda: waiting(things) == 1)
        assert relayed(things, "refused") >= 1
        assert octets(things, too_long.id) > LONGEST_OCTETS
