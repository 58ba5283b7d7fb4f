"""A dead letter is an alarm: its consumer tells how many there are, as long as there are any."""

from __future__ import annotations

from typing import Any

import httpx

from tests.integration.operations.desk_work import DEAD, WORK, Operator
from tests.support import publish, until
from tests.support.bus import ready
from tests.support.own import OwnBroker
from tests.support.stack import Stack

WITHIN_S = 20
WHY = "sent by a test of the network on Monday"


def metrics(url: str) -> str:
    return httpx.get(f"{url}/metrics", timeout=10).text


def counted(url: str) -> str | None:
    """Return the figure as it is told, None if it is not there."""
    name = 'casework_dead_letters{consumer="risk"} '
    lines = metrics(url).splitlines()
    return next((line.removeprefix(name) for line in lines if line.startswith(name)), None)


def test_what_nobody_can_read_is_kept_counted_and_alarming(
    stack: Stack, broker: Any, operator: Operator
) -> None:
    url = stack.start("risk")
    until(lambda: counted(url) == "0.0", within=WITHIN_S)
    pickled = b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x08builtins\x94."
    for body in (b"{no json", pickled):
        publish(broker, "sessions.events", "session_recorded.v1", body)
    until(lambda: ready(broker, DEAD) == 2, within=10)
    until(lambda: counted(url) == "2.0", within=WITHIN_S)
    handled = 'casework_events_handled_total{event="session_recorded",outcome="dead_lettered"} 2.0'
    assert handled in metrics(url)
    found = [letter["event_id"] for letter in operator.listed()]
    assert operator.run("drop", *found, "--reason", WHY).code == 0
    until(lambda: counted(url) == "0.0", within=WITHIN_S)


def test_the_alarm_does_not_end_because_the_bus_does(
    fresh_stack: Stack, own_broker: OwnBroker
) -> None:
    fresh_stack.broker = own_broker
    url = fresh_stack.start("risk")
    publish(own_broker, "", WORK, b"{no json")
    until(lambda: counted(url) == "1.0", within=WITHIN_S)
    own_broker.stop()
    until(lambda: 'casework_bus_connected{purpose="consume"} 0.0' in metrics(url), within=15)
    assert counted(url) == "1.0"
    own_broker.start()
    until(lambda: 'casework_bus_connected{purpose="consume"} 1.0' in metrics(url), within=30)
    assert counted(url) == "1.0"
