"""A referral moves by decisions and by what is heard of its case, in whatever order."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis import clock
from tests.integration.referrals.referral_doors import Somebody, new_woman, said, told
from tests.support.bus import publish, published, ready
from tests.support.waiting import until


@pytest.fixture
def accepted(police: Somebody, manager: Somebody) -> Any:
    """A referral that the team has accepted, as the team sees it."""
    return manager.decide(police.referred(), "accept").json()


def tell(broker: Any, event: dict[str, Any]) -> None:
    exchange = f"{event['producer']}.events"
    publish(broker, exchange, f"{event['type']}.v1", event)


def status(who: Somebody, referral: Any) -> str:
    found: str = who.read(referral["reference"])["status"]
    return found


def quiet(broker: Any) -> bool:
    """Has everything that was said been taken from the queues?"""
    events = ("risk_assessed", "session_recorded", "case_closed")
    return all(ready(broker, f"referrals.{event}.v1") == 0 for event in events)


def test_a_decision_is_announced_with_its_reason(
    police: Somebody, manager: Somebody, broker: Any
) -> None:
    reference = police.referred()
    with published(broker, "referrals.events", "referral_status_changed.v1") as heard:
        answer = manager.decide(reference, "decline", reason_code="no_capacity")
        event = until(lambda: heard[0])
    assert answer.status_code == 201
    assert (event["data"]["from"], event["data"]["to"]) == ("submitted", "declined")
    assert (event["data"]["reason_code"], event["data"]["by"]) == ("no_capacity", "maya")
    assert event["seq"] == 2
    assert police.read(reference)["reason_code"] == "no_capacity"


def test_a_decision_sent_twice_is_taken_once(police: Somebody, manager: Somebody) -> None:
    reference = police.referred()
    answers = [manager.decide(reference, "accept", key="accept-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert len(manager.read(reference)["history"]) == 1
    again = manager.decide(reference, "accept", key="accept-2")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/decision-not-possible")


def test_a_decision_without_its_reason_is_refused_at_the_field(
    police: Somebody, manager: Somebody
) -> None:
    refused = manager.decide(police.referred(), "decline")
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["#/reason_code"]


def test_the_newest_band_shows_to_the_team_and_never_to_the_agency(
    police: Somebody, manager: Somebody, broker: Any
) -> None:
    reference = police.referred()
    case = manager.read(reference)
    shown = police.read(reference)
    tell(broker, said("risk_assessed", case, number=2, band="high"))
    until(lambda: manager.read(reference)["band"] == "high")
    tell(broker, said("risk_assessed", case, number=1, band="standard"))
    until(lambda: quiet(broker))
    assert manager.read(reference)["band"] == "high"
    assert police.read(reference) == shown


def test_the_first_session_that_she_came_to_engages(
    manager: Somebody, broker: Any, accepted: Any
) -> None:
    for attendance in ("dna", "attended"):
        told_now = {"occurred_at": clock.now().isoformat()}
        tell(broker, said("session_recorded", accepted, attendance=attendance) | told_now)
    until(lambda: status(manager, accepted) == "engaged")
    assert len(manager.read(accepted["reference"])["history"]) == 2


def test_a_closed_case_closes_its_referrals_and_heard_twice_changes_nothing(
    police: Somebody, manager: Somebody, broker: Any
) -> None:
    woman = new_woman()
    one = manager.decide(police.referred(told(woman)), "accept").json()
    waiting = manager.read(police.referred(told(woman)))
    closed = said("case_closed", one) | {"occurred_at": clock.now().isoformat()}
    for event in (closed, closed, said("session_recorded", one, attendance="late")):
        tell(broker, event)
    until(lambda: status(manager, one) == "closed" and quiet(broker))
    assert [step["to"] for step in manager.read(one["reference"])["history"]] == [
        "accepted",
        "closed",
    ]
    assert status(manager, waiting) == "submitted"


def test_a_reopened_referral_is_not_closed_by_what_was_said_before(
    manager: Somebody, broker: Any, accepted: Any
) -> None:
    manager.decide(accepted["reference"], "close", reason_code="completed")
    manager.decide(accepted["reference"], "reopen", note="A new incident.")
    tell(broker, said("case_closed", accepted))
    until(lambda: quiet(broker))
    assert status(manager, accepted) == "reopened"
