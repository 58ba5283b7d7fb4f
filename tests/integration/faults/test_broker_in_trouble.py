"""A broker that is full costs no memory, and one that dies with messages under way none of them."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.chassis.messaging.publisher import ROOM
from services.contracts.catalogue import ContractBroken
from tests.integration.chassis.things import EXCHANGE, KEY, Counted, new_thing
from tests.integration.faults.pipeline import Pipeline, woman
from tests.integration.faults.speaking import say, speaking, waiting
from tests.support import published, until
from tests.support.own import OwnBroker
from tests.support.stack import Stack

USUAL_S = 5.0
COMMITS = 2_000
GROWTH_OCTETS = 2_000_000
"""For 2,000 commits whose events would be twice that; a publisher keeps nothing while it waits."""


@pytest.fixture(scope="module")
def troubled(startable: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnBroker]:
    """A broker of this module's own."""
    made: OwnBroker = startable.own_broker(tmp_path_factory.mktemp("broker"))
    made.start()
    yield made
    made.kill()


@pytest.fixture(scope="module")
def stack(
    troubled: OwnBroker, mongo: Any, keys: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    made = Stack(troubled, mongo, keys, tmp_path_factory.mktemp("stack"))
    yield made
    made.end()


@pytest.fixture
def full(troubled: OwnBroker) -> Iterator[Callable[[bool], object]]:
    """Say that the broker's memory is used up, or not; in the end it is not."""

    def set_full(is_full: bool) -> str:
        mark = ("absolute", "1000") if is_full else ("0.4",)
        return troubled.control("set_vm_memory_high_watermark", *mark)

    yield set_full
    set_full(False)


def test_what_waits_while_the_broker_is_full_is_not_kept_in_memory(
    full: Callable[[bool], object], troubled: OwnBroker, mongo: Any
) -> None:
    with published(troubled, EXCHANGE, KEY), speaking(mongo, troubled.uri, USUAL_S) as things:
        publisher = things.runtime.relay.publisher
        full(True)
        say(things, 1)
        until(lambda: publisher.is_blocked)
        tracemalloc.start()
        say(things, COMMITS)
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert waiting(things) == COMMITS + 1
        assert grown < GROWTH_OCTETS
        assert len(publisher._window) <= ROOM
        full(False)
        until(lambda: waiting(things) < COMMITS, within=30)


def test_what_the_language_does_not_allow_is_refused_before_it_is_stored_and_stops_nothing(
    troubled: OwnBroker, mongo: Any
) -> None:
    with published(troubled, EXCHANGE, KEY) as heard, speaking(mongo, troubled.uri) as things:
        with pytest.raises(ContractBroken):
            things.create(new_thing(area="x" * 30_000), [Counted()])
        made = say(things, 50)
        until(lambda: {event["case_id"] for event in heard} == made)
        until(lambda: waiting(things) == 0, within=20)


def test_what_was_under_way_when_the_broker_died_arrives(
    troubled: OwnBroker, stack: Stack, tokens: Any
) -> None:
    pipeline = Pipeline(stack, tokens)
    pipeline.start()
    first = pipeline.refer("first", woman()).json()["reference"]
    pipeline.settle(first)
    references = [pipeline.refer(f"before-{n}", woman()).json()["reference"] for n in range(3)]
    troubled.kill()
    references += [pipeline.refer(f"during-{n}", woman()).json()["reference"] for n in range(3)]
    troubled.start()
    for reference in references:
        pipeline.settle(reference)
    assert all(pipeline.came(each).alerts == 1 for each in references)
    assert pipeline.dead_letters == 0
