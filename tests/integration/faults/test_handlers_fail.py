"""A handler that fails or dies with its process loses nothing, and its effect happens once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.notifications.alerts_in_use import Case as Alerted
from tests.integration.notifications.alerts_in_use import Notifications
from tests.integration.risk.said import Case
from tests.support import published, until
from tests.support.bus import ready
from tests.support.measured import measured
from tests.support.stack import Stack

DYING = ("hearing", "saving", "saved", "handled")


def retried(log: str) -> int:
    """Return how many handlers have failed by a log."""
    return log.count('"handler_failed"')


def test_a_handler_that_raises_once_is_tried_again(fresh_stack: Stack) -> None:
    case = Case(fresh_stack.broker)
    with published(fresh_stack.broker, "risk.events") as heard:
        fresh_stack.start("risk", FAIL_AT="saving:raise")
        case.referred()
        until(lambda: ready(fresh_stack.broker, "risk.retry.1s") == 1)
        case.assessed(heard)
    assert retried(fresh_stack.log("risk")) == 1
    assert ready(fresh_stack.broker, "risk.dead-letters") == 0


@pytest.mark.parametrize("point", DYING)
def test_a_process_that_dies_before_or_after_the_work_leaves_it_done_once(
    point: str, fresh_stack: Stack
) -> None:
    case = Case(fresh_stack.broker)
    with published(fresh_stack.broker, "risk.events") as heard:
        fresh_stack.start("risk", FAIL_AT=f"{point}:kill")
        case.referred()
        until(lambda: fresh_stack.exit_code("risk") is not None, within=10)
        fresh_stack.start("risk")
        (said, *again) = case.assessed(heard, within=20)
        until(lambda: ready(fresh_stack.broker, "risk.referral_submitted.v1") == 0)
    assert {event["event_id"] for event in again} <= {said["event_id"]}
    stored = database(fresh_stack, "risk")["risk"].find_one({"_id": case.id})
    assert [made["number"] for made in stored["assessments"]] == [1]


def test_what_failed_and_is_overtaken_meanwhile_does_not_go_before_the_newer(
    fresh_stack: Stack, tokens: Any
) -> None:
    case = Alerted()
    url = fresh_stack.start("notifications", FAIL_AT="saving:raise")
    notifications = Notifications(fresh_stack.broker, fresh_stack.mongo, tokens, url)
    notifications.assess(case, 1, score=14)
    until(lambda: retried(fresh_stack.log("notifications")) == 1)
    notifications.assess(case, 2, score=19)
    until(lambda: handled(url) == 2)
    (alert,) = notifications.of_case(case)
    assert (alert["number"], alert["score"]) == (2, 19)


def test_two_hearers_of_one_event_in_one_database_both_act(fresh_stack: Stack, mongo: Any) -> None:
    """Receipts lie in what they were applied to: no hearer takes another's for its own."""
    case, together = Case(fresh_stack.broker), f"{mongo.prefix}together"
    where = mongo.uri.replace("/?", f"/{together}?")
    for service in ("risk", "sessions"):
        fresh_stack.start(service, **{f"{service.upper()}_MONGO_URI": where})
    event_id = case.referred()["event_id"]
    for collection in ("risk", "sessions"):
        kept = until(lambda name=collection: mongo.client[together][name].find_one(case.id))
        assert event_id in kept["receipts"]


def handled(url: str) -> float:
    """Return how many assessments a process has handled well."""
    return (
        measured(url, "casework_events_handled_total", event="risk_assessed", outcome="done") or 0
    )


def database(stack: Stack, service: str) -> Any:
    """Return the database of a service of a stack."""
    return stack.mongo.database(service)
