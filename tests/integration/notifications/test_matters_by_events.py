"""Referrals that wait and reviews that are due, over the real bus and database, by two replicas."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.chassis import clock
from services.chassis.ids import new_id
from tests.integration.notifications.alerts_in_use import Case, Notifications, of, types
from tests.support import until

WAITS = {"REFERRAL_WAITS_S": "1"}
AT_LAST_S = 20


@pytest.fixture(scope="module")
def impatient(stack: Any, broker: Any, mongo: Any, tokens: Any, heard: None) -> Notifications:
    """The service in two replicas, for which a referral has waited too long after a second."""
    del heard
    url = stack.start("notifications", **WAITS)
    stack.start("notifications", "worker", **WAITS)
    return Notifications(broker, mongo, tokens, url)


def refer(service: Notifications, case: Case, **more: Any) -> None:
    at = clock.now().isoformat()
    service.say(case, "referral_submitted", occurred_at=at, referral_id=case.id, **more)


def decide(service: Notifications, case: Case, status: str, seq: int = 2) -> None:
    told = {"referral_id": case.id, "to": status, "by": "maya"}
    service.say(case, "referral_status_changed", seq=seq, **told)


def of_kind(service: Notifications, case: Case, kind: str) -> list[dict[str, Any]]:
    return [alert for alert in service.of_case(case) if alert["kind"] == kind]


def test_a_waiting_referral_is_told_once_by_two_replicas_and_ends_by_the_decision(
    impatient: Notifications,
) -> None:
    case = Case()
    with impatient.listening() as said:
        for event_id in (new_id(),) * 3:
            refer(impatient, case, event_id=event_id)
        until(lambda: types(said, case) == ["alert_raised"], within=AT_LAST_S)
        decide(impatient, case, "declined")
        until(lambda: types(said, case) == ["alert_raised", "alert_resolved"], within=AT_LAST_S)
        raised, ended = sorted(of(said, case), key=lambda each: each["seq"])
    assert raised["data"]["kind"] == "referral_waiting"
    assert raised["data"]["assessment_id"] is None
    assert (ended["data"]["responder_id"], ended["data"]["outcome"]) == ("maya", "no_longer_needed")
    (alert,) = impatient.of_case(case)
    assert (alert["state"], alert["severity"]) == ("resolved", "medium")


def test_an_allocation_ends_it_in_the_name_of_who_has_the_case(impatient: Notifications) -> None:
    case = Case()
    refer(impatient, case)
    decide(impatient, case, "accepted")
    until(lambda: of_kind(impatient, case, "referral_waiting")[0]["state"] == "raised", AT_LAST_S)
    impatient.say(case, "case_allocated", practitioner_id="ana")
    until(
        lambda: of_kind(impatient, case, "referral_waiting")[0]["history"][-1]["by"] == "ana",
        AT_LAST_S,
    )


def test_high_risk_and_a_review_of_one_case_are_two_alerts(impatient: Notifications) -> None:
    case, passed = Case(), (clock.now() - timedelta(days=1)).isoformat()
    impatient.say(case, "case_allocated", practitioner_id="ana")
    impatient.assess(case, due_review_at=passed)
    found = until(lambda: of_kind(impatient, case, "review_overdue"), AT_LAST_S)
    assert [alert["severity"] for alert in found] == ["high"]
    later = (clock.now() + timedelta(days=7)).isoformat()
    impatient.assess(case, 2, due_review_at=later)
    until(
        lambda: of_kind(impatient, case, "review_overdue")[0]["outcome"] == "no_longer_needed",
        AT_LAST_S,
    )
    (high,) = of_kind(impatient, case, "high_risk")
    assert (high["state"], high["number"]) == ("raised", 2)


def test_what_was_decided_first_and_heard_in_the_wrong_order_is_never_told(
    impatient: Notifications,
) -> None:
    case, marker = Case(), Case()
    decide(impatient, case, "withdrawn")
    refer(impatient, case)
    refer(impatient, marker)
    until(lambda: impatient.of_case(marker), AT_LAST_S)
    assert impatient.of_case(case) == []


def test_a_damaged_record_keeps_no_other_from_being_told(impatient: Notifications) -> None:
    case, marker = Case(), Case()
    matters = impatient.mongo.database("notifications").matters
    matters.insert_one({"_id": case.id, "due_at": clock.now() - timedelta(days=1)})
    refer(impatient, marker)
    until(lambda: impatient.of_case(marker), AT_LAST_S)
    matters.delete_one({"_id": case.id})
