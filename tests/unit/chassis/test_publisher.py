"""What a publisher tells of its line to the bus."""

from __future__ import annotations

from typing import Any

from services.chassis.messaging.publisher import Publisher, Told
from services.chassis.metrics import Metrics

NOWHERE = "amqp://nobody:nothing@127.0.0.1:1/none"


def nothing(*_: Any) -> None:
    """Nobody is told."""


def test_a_line_that_is_lost_while_it_is_blocked_is_not_shown_as_blocked() -> None:
    metrics = Metrics("risk")
    publisher = Publisher(NOWHERE, "risk", metrics, Told(nothing, nothing, nothing), ())
    publisher._block(blocked=True)
    assert metrics.bus_blocked._value.get() == 1
    publisher._lost()
    assert metrics.bus_blocked._value.get() == 0
