"""Deaths where a message changes queues, and where an answer is only to be passed on."""

from __future__ import annotations

from collections.abc import Iterator
from signal import SIGKILL
from typing import Any

import httpx
import pytest

from tests.integration.faults.pipeline import BRIEF, woman
from tests.integration.portal.door import Portal, open_portal
from tests.integration.risk.said import CALM, Case
from tests.support import published, until
from tests.support.bus import ready
from tests.support.stack import Stack


@pytest.fixture
def assessed(broker: Any) -> Iterator[Any]:
    with published(broker, "risk.events", "risk_assessed.v1") as events:
        yield events


@pytest.mark.parametrize("point", ["moving", "moved"])
def test_a_death_on_the_retry_ladder_costs_no_attempt_and_no_message(
    point: str, stack: Stack, broker: Any, assessed: Any
) -> None:
    stack.start("risk", **BRIEF)
    case = Case(broker)
    stack.kill("risk")
    stack.start("risk", ready=False, FAIL_AT=f"{point}:kill", **BRIEF)
    case.met(disclosures={"stalking": "yes"})
    until(lambda: stack.exit_code("risk") == -SIGKILL, within=15)
    stack.start("risk", **BRIEF)
    case.referred(**CALM)
    case.assessed(assessed, times=2, within=20)
    until(lambda: is_empty(broker), within=15)
    assert len({event["event_id"] for event in case.assessed(assessed)}) == 2
    assert ready(broker, "risk.dead-letters") == 0


def is_empty(broker: Any) -> bool:
    """Does nothing wait for the risk service, in its queue or on its ladder?"""
    queues = ("risk.session_recorded.v1", "risk.retry.1s", "risk.retry.5s")
    return not any(ready(broker, queue) for queue in queues)


@pytest.mark.parametrize("point", ["moving", "moved"])
def test_a_death_on_the_way_to_the_dead_letters_leaves_it_there(
    point: str, stack: Stack, broker: Any
) -> None:
    stack.start("risk", **BRIEF)
    stack.kill("risk")
    stack.start("risk", ready=False, FAIL_AT=f"{point}:kill", **BRIEF)
    Case(broker).say("session_recorded", "sessions", {"x-attempt": 5})
    until(lambda: stack.exit_code("risk") == -SIGKILL, within=15)
    stack.start("risk", **BRIEF)
    until(lambda: ready(broker, "risk.dead-letters") >= 1, within=15)
    until(lambda: is_empty(broker))
    broker.control("purge_queue", "risk.dead-letters")


@pytest.fixture
def portal(stack: Stack, mongo: Any) -> Portal:
    stack.start("referrals", **BRIEF)
    return open_portal(stack, mongo)


def test_an_answer_that_died_with_the_portal_is_given_when_the_agency_asks_again(
    portal: Portal, stack: Stack, mongo: Any
) -> None:
    stack.kill("portal")
    stack.start("portal", FAIL_AT="relayed:kill")
    headers, body = {"Idempotency-Key": "said-once"}, woman()
    agency = portal.system()
    with pytest.raises(httpx.RemoteProtocolError):
        agency.post("/api/v1/referrals", json=body, headers=headers)
    until(lambda: stack.exit_code("portal") == -SIGKILL)
    stack.start("portal")
    again = agency.post("/api/v1/referrals", json=body, headers=headers)
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert mongo.database("referrals").referrals.count_documents({}) == 1
