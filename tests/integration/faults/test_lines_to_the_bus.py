"""Lines between a publisher and the bus that are half-open, reset, slow or cut lose nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any

import pytest

from services.chassis.messaging.publisher import CHECK_EVERY_S, CONFIRM_WITHIN_S
from tests.integration.chassis.things import EXCHANGE, KEY, Counted, Things, new_thing
from tests.integration.faults.speaking import relayed, say, say_more, speaking, waiting
from tests.support import Published, published, until
from tests.support.proxy import Proxy

GIVES_UP_WITHIN_S = CONFIRM_WITHIN_S + 2 * CHECK_EVERY_S
HURTS: Mapping[str, Callable[[Proxy], None]] = {
    "reset": Proxy.reset,
    "refused": Proxy.refuse,
    "slow": lambda proxy: proxy.slow(0.05, 0.1),
    "cut in the middle of a frame": lambda proxy: proxy.cut_after(5_000),
    "answers lost": Proxy.swallow_replies,
}


@pytest.fixture
def line(broker: Any) -> Iterator[Proxy]:
    with Proxy.before(broker.uri) as proxy:
        yield proxy


@pytest.fixture
def heard(broker: Any) -> Iterator[Published]:
    with published(broker, EXCHANGE, KEY) as events:
        yield events


@pytest.fixture
def things(mongo: Any, broker: Any, line: Proxy, heard: Published) -> Iterator[Things]:
    del heard  # what nobody hears would come back
    with speaking(mongo, line.uri(broker.uri)) as made:
        yield made


def test_a_half_open_line_is_given_up_in_seconds_and_nothing_is_lost(
    things: Things, line: Proxy, heard: Published
) -> None:
    line.blackhole()
    since, opened = monotonic(), line.opened
    made = say(things, 50)
    until(lambda: relayed(things, "timed_out") == 1, within=GIVES_UP_WITHIN_S + 1)
    assert monotonic() - since < GIVES_UP_WITHIN_S + 1
    until(lambda: line.opened > opened)
    line.heal()
    until(lambda: waiting(things) == 0, within=15)
    assert {event["case_id"] for event in heard} == made


@pytest.mark.parametrize("hurt", HURTS)
def test_a_line_that_is_hurt_loses_nothing_and_keeps_the_order(
    hurt: str, things: Things, line: Proxy, heard: Published
) -> None:
    thing = things.create(new_thing(), [Counted()])
    made = say(things, 20)
    HURTS[hurt](line)
    made |= say(things, 60)
    for _ in range(10):
        say_more(things, thing)
    line.heal()
    until(lambda: waiting(things) == 0, within=20)
    assert {event["case_id"] for event in heard} == made | {thing.case_id}
    first_times = dict.fromkeys(e["seq"] for e in heard if e["case_id"] == thing.case_id)
    assert list(first_times) == list(range(1, 12))
