"""The ladder as it runs, with very short waits and two replicas."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.notifications.alerts_in_use import (
    ANA,
    DORA,
    MAYA,
    Case,
    Notifications,
    of,
    types,
)
from tests.support import until


def ordered(said, case):
    return sorted(of(said, case), key=lambda each: each["seq"])


def reasons(said, case):
    told = [each["data"] for each in ordered(said, case) if each["type"] == "alert_escalated"]
    return [each["reason"] for each in told]


def test_an_unacknowledged_alert_goes_to_the_duty_manager_and_on_without_end(
    hurried: Notifications,
) -> None:
    case = Case()
    with hurried.listening() as said:
        alert = hurried.raised(case)
        until(lambda: len(reasons(said, case)) >= 5, within=20)
    told = [each["data"] for each in ordered(said, case)[1:]]
    levels = [each["level"] for each in told]
    assert levels == sorted(levels)
    assert levels[-1] == 3
    assert told[-1]["audience"]["roles"] == ["practitioner", "manager", "duty_manager"]
    assert alert["reference"] in [each["reference"] for each in hurried.items(ANA)]
    assert alert["reference"] in [each["reference"] for each in hurried.items(DORA)]


def test_each_step_is_taken_by_one_replica(hurried: Notifications) -> None:
    case = Case()
    with hurried.listening() as said:
        hurried.raised(case)
        until(lambda: len(reasons(said, case)) >= 6, within=20)
    events = ordered(said, case)
    assert [each["seq"] for each in events] == list(range(1, len(events) + 1))
    moments = [each["data"]["at"] for each in events]
    assert len(set(moments)) == len(moments)


def test_an_acknowledgement_without_action_expires(hurried: Notifications) -> None:
    case = Case()
    with hurried.listening() as said:
        alert = hurried.raised(case)
        hurried.act(alert, "acknowledgements", ANA)
        until(lambda: "acknowledgement_expired" in reasons(said, case), within=20)
    assert hurried.read(alert)["responder_id"] is None


def test_an_action_stops_the_expiry_and_the_alert_comes_back_until_it_is_resolved(
    hurried: Notifications,
) -> None:
    case = Case()
    with hurried.listening() as said:
        alert = hurried.raised(case)
        hurried.act(alert, "actions", ANA, kind="contacted")
        until(lambda: reasons(said, case).count("not_resolved") >= 2, within=20)
        hurried.act(alert, "resolution", MAYA, outcome="made_safer")
        until(lambda: "alert_resolved" in types(said, case))
    assert "acknowledgement_expired" not in reasons(said, case)
    assert types(said, case)[-1] == "alert_resolved"


def test_no_step_follows_an_acknowledgement_before_it_expires(hurried: Notifications) -> None:
    cases = [Case() for _ in range(20)]
    with hurried.listening() as said:
        for case in cases:
            hurried.assess(case)
        alerts = [until(lambda case=case: hurried.of_case(case)[0]) for case in cases]
        with ThreadPoolExecutor(8) as people:
            answers = list(people.map(lambda a: hurried.act(a, "acknowledgements", ANA), alerts))
        until(lambda: all("alert_acknowledged" in types(said, case) for case in cases))
    assert {answer.status_code for answer in answers} == {200}
    for case in cases:
        after = types(said, case)[types(said, case).index("alert_acknowledged") + 1 :]
        told = reasons(said, case)
        assert after == [] or "acknowledgement_expired" in told


@pytest.mark.parametrize(
    "broken",
    [
        {"$unset": {"next_step_at": ""}},
        {"$set": {"next_step_at": datetime.now(UTC) + timedelta(hours=1)}},
    ],
    ids=["lost its step", "had its step put off by a clock since put back"],
)
def test_an_alert_is_found_and_mended_that(hurried: Notifications, broken) -> None:
    case = Case()
    alert = hurried.raised(case)
    kept = hurried.mongo.database("notifications").notifications
    mine = {"reference": alert["reference"], "next_step_at": {"$exists": True}}
    until(lambda: kept.update_one(mine, broken).modified_count)
    with hurried.listening() as said:
        until(lambda: reasons(said, case), within=40)
    assert "step_restored" in [each["what"] for each in hurried.read(alert)["history"]]
