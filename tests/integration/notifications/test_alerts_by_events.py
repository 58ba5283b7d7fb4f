"""Causes on the bus become alerts, on the bus and at the door: once, in any order."""

from __future__ import annotations

from datetime import timedelta

from services.chassis import clock
from tests.integration.notifications.alerts_in_use import (
    ANA,
    BEA,
    MAYA,
    Case,
    Notifications,
    of,
    types,
)
from tests.support import until


def test_a_high_assessment_raises_an_alert_on_the_bus_and_at_the_door(
    notifications: Notifications,
) -> None:
    case = Case()
    with notifications.listening() as said:
        alert = notifications.raised(case)
        (event,) = until(lambda: list(of(said, case)))
    assert (alert["state"], alert["level"], alert["severity"]) == ("raised", 0, "high")
    assert (event["type"], event["data"]["alert_reference"]) == ("alert_raised", alert["reference"])
    assert event["data"]["audience"] == {"roles": ["practitioner"], "account_ids": []}
    assert [found["reference"] for found in notifications.items(ANA)].count(alert["reference"]) == 1


def test_the_alert_is_raised_within_a_second_of_its_cause(notifications: Notifications) -> None:
    notifications.raised(Case())
    said_at = clock.now()
    alert = notifications.raised(Case(), source_at=said_at)
    source_at = notifications.document(alert)["source_at"]
    assert notifications.document(alert)["raised_at"] - source_at < timedelta(seconds=1)
    assert "casework_notifications_submit_to_alert_seconds_count" in metrics(notifications)


def test_an_assessment_said_many_times_raises_one_alert(notifications: Notifications) -> None:
    case = Case()
    with notifications.listening() as said:
        event_id = notifications.assess(case)
        for _ in range(20):
            notifications.assess(case, event_id=event_id)
        notifications.assess(case, 2)
        until(lambda: "alert_reassessed" in types(said, case))
    assert types(said, case) == ["alert_raised", "alert_reassessed"]
    assert len(notifications.of_case(case)) == 1


def test_a_medium_assessment_raises_none(notifications: Notifications) -> None:
    case, marker = Case(), Case()
    with notifications.listening() as said:
        notifications.assess(case, band="medium")
        notifications.raised(marker)
        until(lambda: types(said, marker))
    assert (types(said, case), notifications.of_case(case)) == ([], [])


def test_a_high_assessment_a_moment_after_a_medium_one_is_told(
    notifications: Notifications,
) -> None:
    case = Case()
    with notifications.listening() as said:
        notifications.assess(case, band="medium")
        notifications.assess(case, 2, worsened=True)
        until(lambda: types(said, case) == ["alert_raised"])


def test_assessments_in_the_wrong_order_end_with_the_newest(notifications: Notifications) -> None:
    case = Case()
    notifications.raised(case, 3, score=18)
    notifications.assess(case, 1, score=14)
    notifications.assess(case, 4, score=19)
    until(lambda: notifications.of_case(case)[0]["number"] == 4)
    (alert,) = notifications.of_case(case)
    assert alert["score"] == 19


def test_a_worsening_breaks_through_an_acknowledgement(notifications: Notifications) -> None:
    case = Case()
    alert = notifications.raised(case)
    notifications.act(alert, "acknowledgements", ANA)
    notifications.assess(case, 2, worsened=True, score=20)
    again = until(lambda: _in_state(notifications, case, "raised"))
    assert (again["reference"], again["responder_id"]) == (alert["reference"], None)
    assert again["event"] == "alert_reassessed"


def test_a_band_that_falls_leaves_the_alert_open(notifications: Notifications) -> None:
    case = Case()
    notifications.raised(case)
    notifications.assess(case, 2, band="standard", score=3)
    alert = until(lambda: _with(notifications, case, "number", 2))
    assert (alert["state"], alert["severity"], alert["band"]) == ("raised", "high", "standard")


def test_an_assessment_said_again_after_the_end_raises_nothing(
    notifications: Notifications,
) -> None:
    case, marker = Case(), Case()
    with notifications.listening() as said:
        alert = notifications.raised(case)
        notifications.act(alert, "acknowledgements", ANA)
        notifications.act(alert, "resolution", ANA, outcome="opened_in_error")
        notifications.assess(case)
        notifications.raised(marker)
        until(lambda: types(said, marker) and len(types(said, case)) == 3)
    assert len(notifications.of_case(case)) == 1
    notifications.assess(case, 2)
    until(lambda: len(notifications.of_case(case)) == 2)


def test_an_allocation_before_the_alert_makes_it_hers(notifications: Notifications) -> None:
    case = Case()
    notifications.say(case, "case_allocated", practitioner_id="bea")
    until(lambda: notifications.mongo.database("notifications").allocations.find_one(case.id))
    alert = notifications.raised(case)
    assert alert["audience"] == {"roles": [], "account_ids": ["bea"]}
    listed = alert["reference"]
    assert listed in [found["reference"] for found in notifications.items(BEA)]
    assert listed not in [found["reference"] for found in notifications.items(ANA)]


def test_an_allocation_after_the_alert_tells_her_at_once(notifications: Notifications) -> None:
    case = Case()
    with notifications.listening() as said:
        notifications.raised(case)
        notifications.say(case, "case_allocated", practitioner_id="bea")
        until(lambda: types(said, case) == ["alert_raised", "alert_escalated"])
    (_, told) = sorted(of(said, case), key=lambda each: each["seq"])
    assert (told["data"]["reason"], told["data"]["level"]) == ("case_allocated", 0)
    assert told["data"]["audience"]["account_ids"] == ["bea"]


def test_missed_sessions_raise_an_alert_that_closing_the_case_ends(
    notifications: Notifications,
) -> None:
    case = Case()
    notifications.raised(case)
    notifications.say(case, "engagement_lapsed", seq=4, band="medium")
    engagement = until(lambda: _with(notifications, case, "kind", "engagement"))
    assert (engagement["severity"], engagement["missed_in_a_row"]) == ("medium", 3)
    notifications.say(case, "case_closed", seq=5, by="maya")
    until(lambda: notifications.read(engagement)["state"] == "resolved")
    assert notifications.read(engagement)["history"][-1]["by"] == "maya"
    assert [found["kind"] for found in notifications.items(MAYA, case=case.reference)] == [
        "high_risk"
    ]


def metrics(notifications: Notifications) -> str:
    return notifications.ask("GET", "/metrics", MAYA).text


def _in_state(notifications: Notifications, case: Case, state: str) -> dict | None:
    return _with(notifications, case, "state", state)


def _with(notifications: Notifications, case: Case, name: str, value: object) -> dict | None:
    return next((one for one in notifications.of_case(case) if one[name] == value), None)
