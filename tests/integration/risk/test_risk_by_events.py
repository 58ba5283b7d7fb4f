"""The risk service by its event door: a real process, a real bus, a real database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services.chassis.ids import new_id
from services.contracts.catalogue import read
from tests.integration.risk.said import CALM, Case
from tests.support import publish, published, until
from tests.support.bus import ready, taken

USED_UP = {"x-attempt": 5}
"""What the last step of the retry ladder leaves on a message."""


@pytest.fixture(scope="module", autouse=True)
def risk(stack: Any) -> str:
    return stack.start("risk")


@pytest.fixture
def heard(broker: Any) -> Iterator[Any]:
    with published(broker, "risk.events") as events:
        yield events


@pytest.fixture
def case(broker: Any) -> Case:
    return Case(broker)


def test_a_referral_is_assessed(case: Case, heard: Any) -> None:
    referral = case.referred()
    (event,) = case.assessed(heard)
    data = read("risk_assessed", 1, event["data"])
    assert (data["score"], data["score_max_if_unknown"], data["band"]) == (15, 18, "high")
    assert data["grounds"] == [
        "visible_high_risk",
        "professional_judgement",
        "potential_escalation",
    ]
    assert data["case_reference"] == case.reference
    assert event["causation_id"] == referral["event_id"]
    assert event["correlation_id"] == referral["correlation_id"]


def test_a_referral_heard_twice_is_assessed_once(case: Case, heard: Any) -> None:
    referral = case.referred()
    case.repeat(referral, "referrals")
    case.repeat(referral | {"event_id": new_id()}, "referrals")
    case.met(disclosures={"animals": "yes"})
    events = case.assessed(heard, times=2)
    assert [event["data"]["source"]["kind"] for event in events] == ["referral", "session"]
    assert [event["seq"] for event in events] == [1, 2]


def test_a_disclosure_in_a_session_is_assessed_unasked(case: Case, heard: Any) -> None:
    case.referred(**CALM)
    case.assessed(heard)
    case.met(disclosures={"strangulation": "yes", "severity": "yes"}, incident=True)
    event = case.assessed(heard, times=2)[-1]
    assert (event["data"]["previous_band"], event["data"]["band"]) == ("standard", "high")
    assert event["data"]["changed_items"] == []
    assert event["data"]["cues"] == ["strangulation", "escalation"]
    assert event["data"]["worsened"]


def test_a_session_without_disclosure_is_not_assessed(case: Case, heard: Any) -> None:
    case.referred(**CALM)
    case.assessed(heard)
    case.met()
    case.met(professional_judgement="medium")
    events = case.assessed(heard, times=2)
    assert [event["data"]["number"] for event in events] == [1, 2]
    assert events[-1]["data"]["band"] == "medium"


def test_the_same_woman_referred_by_two_agencies_has_one_profile(
    case: Case, heard: Any, mongo: Any
) -> None:
    case.referred(**CALM | {"answers": {"injury": "yes"}})
    case.referred(**CALM | {"answers": {"animals": "yes", "injury": "not_stated"}})
    event = case.assessed(heard, times=2)[-1]
    assert event["data"]["score"] == 2
    stored = mongo.database("risk")["risk"].find_one({"_id": case.id})
    assert len(stored["assessments"]) == 2


def test_a_session_that_overtakes_its_referral_is_assessed_after_it(case: Case, heard: Any) -> None:
    case.met(disclosures={"stalking": "yes"})
    case.referred(**CALM)
    events = case.assessed(heard, times=2, within=15)
    assert [event["data"]["source"]["kind"] for event in events] == ["referral", "session"]
    assert events[-1]["data"]["cues"] == ["stalking"]


def test_a_session_of_an_unknown_case_is_kept_as_a_dead_letter(case: Case, broker: Any) -> None:
    session = case.met(headers=USED_UP, disclosures={"stalking": "yes"})
    until(lambda: ready(broker, "risk.dead-letters") == 1)
    properties, body = taken(broker, "risk.dead-letters")
    assert session["event_id"] in body.decode()
    assert properties.headers["x-queue"] == "risk.session_recorded.v1"


def test_a_closed_case_has_no_review(case: Case, heard: Any, mongo: Any) -> None:
    case.referred(**CALM)
    case.assessed(heard)
    closed = case.say("case_closed", "sessions")
    profiles = mongo.database("risk")["risk"]
    until(lambda: profiles.find_one({"_id": case.id, "receipts": closed["event_id"]}))
    assert profiles.find_one({"_id": case.id})["closed_at"] is not None


def test_assessments_are_counted(case: Case, heard: Any, risk: str) -> None:
    case.referred()
    case.assessed(heard)
    metrics = httpx.get(f"{risk}/metrics").text
    assert 'casework_risk_assessments_total{band="high",source="referral"}' in metrics


@pytest.mark.parametrize("kind", ["misplaced", "bottomless"])
def test_a_message_that_does_not_belong_here_stops_nothing(
    kind: str, case: Case, heard: Any, broker: Any
) -> None:
    misplaced = {**case.referred(), "type": "engagement_lapsed"}
    body = misplaced if kind == "misplaced" else b"[" * 200_000
    case.assessed(heard)
    publish(broker, "", "risk.session_recorded.v1", body)
    until(lambda: ready(broker, "risk.dead-letters") == 1)
    taken(broker, "risk.dead-letters")
    case.met(disclosures={"animals": "yes"})
    case.assessed(heard, times=2)
