"""Queues and exchanges that are not as they should be: nothing is lost, and somebody is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.faults.pipeline import BRIEF, Pipeline, woman
from tests.support import publish, until
from tests.support.bus import channel_of, ready
from tests.support.stack import Stack

WORK, DEAD = "risk.referral_submitted.v1", "risk.dead-letters"
SAYS_SO_WITHIN_S = 10


def test_a_queue_of_another_kind_ends_the_process_with_its_name(fresh_stack: Stack) -> None:
    with channel_of(fresh_stack.broker) as channel:
        channel.queue_declare(WORK, durable=True)
    fresh_stack.start("risk", ready=False)
    until(lambda: fresh_stack.exit_code("risk") is not None, within=SAYS_SO_WITHIN_S)
    assert fresh_stack.exit_code("risk") == os.EX_CONFIG
    assert WORK in fresh_stack.log("risk")
    assert "delete or migrate the queue" in fresh_stack.log("risk")


@pytest.fixture
def risk(fresh_stack: Stack) -> Stack:
    fresh_stack.start("risk", **BRIEF)
    return fresh_stack


@pytest.mark.parametrize("gone", ["exchange", "queue"])
def test_a_message_for_dead_letters_that_are_missing_stays_until_they_are_there(
    gone: str, risk: Stack
) -> None:
    with channel_of(risk.broker) as channel:
        if gone == "exchange":
            channel.exchange_delete(DEAD)
        else:
            channel.queue_delete(DEAD)
    publish(risk.broker, "", WORK, b"no event")
    until(lambda: ready(risk.broker, DEAD) == 1, within=15)
    assert "bus_connection_dropped" in risk.log("risk")


@pytest.fixture(scope="module")
def pipeline(stack: Stack, tokens: Any) -> Iterator[Pipeline]:
    made = Pipeline(stack, tokens)
    made.start()
    yield made
    made.end()


def test_an_alert_lost_with_its_queue_is_said_again_and_raised(
    pipeline: Pipeline, broker: Any
) -> None:
    alerts = "notifications.risk_assessed.v1"
    pipeline.stack.wait("notifications")
    pipeline.take_away("notifications")
    reference = pipeline.refer("operator", woman()).json()["reference"]
    until(lambda: ready(broker, alerts) == 1, within=15)
    broker.control("delete_queue", alerts)
    pipeline.start()
    pipeline.settle(reference)
    assert pipeline.came(reference).alerts == 1
