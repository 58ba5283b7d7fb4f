"""A broker that is full, refuses an event, dies with messages under way, or is not there at all."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from services.chassis.messaging.publisher import ROOM
from services.chassis.process import HARD_STOP_S
from services.contracts.catalogue import ContractBroken
from tests.integration.chassis.things import (
    EXCHANGE,
    KEY,
    Counted,
    new_thing,
)
from tests.integration.faults.pipeline import BRIEF, SERVICES, Pipeline, woman
from tests.integration.faults.speaking import say, speaking, waiting
from tests.integration.referrals.referral_doors import People
from tests.support import published, until
from tests.support.measured import measured
from tests.support.own import OwnBroker
from tests.support.stack import Stack

ALARMS = {
    "memory": (("set_vm_memory_high_watermark", "absolute", "1000"), "0.4"),
    "disk": (("set_disk_free_limit", "100000GB"), "50MB"),
}
EVERYBODY = (*SERVICES, "portal")
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
def alarm(request: pytest.FixtureRequest, troubled: OwnBroker) -> Iterator[Any]:
    """Raise an alarm when it is called for, and lower it at the latest in the end."""
    (command, *values), usual = ALARMS[request.param]
    yield lambda on: troubled.control(command, *(values if on else [usual]))
    troubled.control(command, usual)


@pytest.mark.parametrize("alarm", ALARMS, indirect=True)
def test_while_the_broker_is_full_referrals_are_accepted_and_leave_afterwards(
    alarm: Any, troubled: OwnBroker, stack: Stack, tokens: Any
) -> None:
    url = stack.start("referrals", **BRIEF)
    agency = People(tokens, url).agency("riverside-police")
    with published(troubled, "referrals.events", "referral_submitted.v1") as heard:
        alarm(True)
        references = {agency.referred() for _ in range(5)}
        until(lambda: measured(url, "casework_bus_blocked") == 1)
        references |= {agency.referred() for _ in range(5)}
        assert until(lambda: measured(url, "casework_outbox_pending"), within=10)
        alarm(False)
        until(lambda: {e["data"]["referral_reference"] for e in heard} >= references, within=20)
    until(lambda: measured(url, "casework_bus_blocked") == 0)


@pytest.mark.parametrize("alarm", ["memory"], indirect=True)
def test_what_waits_while_the_broker_is_full_is_not_kept_in_memory(
    alarm: Any, troubled: OwnBroker, mongo: Any
) -> None:
    with published(troubled, EXCHANGE, KEY), speaking(mongo, troubled.uri, USUAL_S) as things:
        publisher = things.runtime.relay.publisher
        alarm(True)
        say(things, 1)
        until(lambda: publisher.is_blocked)
        tracemalloc.start()
        say(things, COMMITS)
        grown, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert waiting(things) == COMMITS + 1
        assert grown < GROWTH_OCTETS
        assert len(publisher._window) <= ROOM
        alarm(False)
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


def test_asked_to_end_while_the_bus_is_away_every_process_ends_in_time(
    troubled: OwnBroker, stack: Stack
) -> None:
    for service in EVERYBODY:
        stack.start(service, ready=False)
    for service in EVERYBODY:
        stack.wait(service)
    troubled.kill()
    since = monotonic()
    assert [stack.stop(service) for service in EVERYBODY] == [0] * len(EVERYBODY)
    assert monotonic() - since < HARD_STOP_S
