"""A high assessment is said again, under the same id, until somebody raises an alert for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.chassis import clock
from tests.integration.risk.said import CALM, Case
from tests.support import published, until

HALF_A_MINUTE = timedelta(seconds=30)


@pytest.fixture(scope="module", autouse=True)
def risk(stack: Any) -> str:
    return stack.start("risk")


@pytest.fixture
def heard(broker: Any) -> Iterator[Any]:
    with published(broker, "risk.events") as events:
        yield events


@pytest.fixture
def profiles(mongo: Any) -> Any:
    return mongo.database("risk")["risk"]


def let_half_a_minute_pass(profiles: Any, case: Case) -> None:
    """Move the due time instead of the clock."""
    due = {"announce_again_at": clock.now(), "awaited.announce_again_at": clock.now()}
    until(lambda: profiles.find_one({"_id": case.id, "outbox_said": {"$exists": True}}))
    profiles.update_one({"_id": case.id}, {"$set": due, "$inc": {"version": 1}})


def test_it_is_said_again_until_an_alert_is_heard(broker: Any, heard: Any, profiles: Any) -> None:
    case = Case(broker)
    case.referred()
    (first,) = case.assessed(heard)
    stored = profiles.find_one({"_id": case.id})
    assert stored["announce_again_at"] - stored["assessments"][0]["at"] == HALF_A_MINUTE

    let_half_a_minute_pass(profiles, case)
    again = case.assessed(heard, times=2, within=15)[-1]
    assert (again["event_id"], again["data"]) == (first["event_id"], first["data"])
    pause = profiles.find_one({"_id": case.id})["announce_again_at"] - clock.now()
    assert HALF_A_MINUTE < pause <= 2 * HALF_A_MINUTE

    case.alerted(first["data"]["assessment_id"])
    until(lambda: "announce_again_at" not in profiles.find_one({"_id": case.id}))


def test_what_is_not_high_is_said_once(broker: Any, heard: Any, profiles: Any) -> None:
    case = Case(broker)
    case.referred(**CALM)
    case.assessed(heard)
    assert "announce_again_at" not in profiles.find_one({"_id": case.id})


def test_a_reassessment_taken_up_by_an_open_alert_is_answered(
    broker: Any, heard: Any, profiles: Any
) -> None:
    case = Case(broker)
    case.referred()
    case.met(disclosures={"animals": "yes"})
    second = case.assessed(heard, times=2)[-1]["data"]["assessment_id"]
    case.say("alert_reassessed", "notifications", assessment_id=second)
    until(lambda: "announce_again_at" not in profiles.find_one({"_id": case.id}))


def test_a_profile_that_cannot_be_read_keeps_no_other_silent(
    broker: Any, heard: Any, profiles: Any
) -> None:
    profiles.insert_one({"_id": "unreadable", "announce_again_at": clock.now() - HALF_A_MINUTE})
    case = Case(broker)
    case.referred()
    case.assessed(heard)
    let_half_a_minute_pass(profiles, case)
    case.assessed(heard, times=2, within=15)
