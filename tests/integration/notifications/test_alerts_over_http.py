"""People at the doors: who sees what, who has it, what is refused, what is kept unreadable."""

from __future__ import annotations

from typing import Any

import pytest
from bson.json_util import dumps

from services.chassis import clock
from tests.integration.notifications.alerts_in_use import (
    ADAM,
    AGENT,
    ANA,
    BEA,
    CARMEN,
    CLUJ,
    DORA,
    MAYA,
    OTTO,
    Case,
    Notifications,
    Person,
    types,
)
from tests.support import until


def slug(answer) -> str:
    return answer.json()["type"].removeprefix("/problems/")


def test_from_raised_to_resolved_by_name(notifications: Notifications) -> None:
    case = Case()
    with notifications.listening() as said:
        alert = notifications.raised(case)
        assert notifications.shown((alert["reference"], [ANA])).json() == {"not_found": []}
        assert notifications.act(alert, "acknowledgements", ANA).json()["responder_id"] == "ana"
        notifications.act(alert, "actions", BEA, kind="safety_plan")
        ended = notifications.act(alert, "resolution", ANA, outcome="made_safer").json()
        until(lambda: len(types(said, case)) == 5)
    assert types(said, case) == [
        "alert_raised",
        "alert_delivered",
        "alert_acknowledged",
        "alert_actioned",
        "alert_resolved",
    ]
    assert [(each["what"], each["by"]) for each in ended["history"]] == [
        ("raised", "service:risk"),
        ("delivered", "ana"),
        ("acknowledged", "ana"),
        ("actioned", "bea"),
        ("resolved", "ana"),
    ]
    assert ended["reference"] not in [each["reference"] for each in notifications.items(MAYA)]
    assert len(notifications.items(MAYA, case=case.reference, state="all")) == 1


def test_a_second_person_is_refused_and_told_who_has_it(notifications: Notifications) -> None:
    alert = notifications.raised(Case())
    first = notifications.act(alert, "acknowledgements", ANA)
    assert notifications.act(alert, "acknowledgements", ANA).json() == first.json()
    refused = notifications.act(alert, "acknowledgements", BEA)
    assert (refused.status_code, slug(refused)) == (409, "alert-already-acknowledged")
    assert "ana" in refused.json()["detail"]


def test_what_comes_too_early_or_too_late_is_refused_by_name(notifications: Notifications) -> None:
    alert = notifications.raised(Case())
    early = notifications.act(alert, "resolution", ANA, outcome="marac")
    assert (early.status_code, slug(early)) == (409, "alert-not-acknowledged")
    notifications.act(alert, "acknowledgements", ANA)
    without = notifications.act(alert, "resolution", ANA, outcome="marac")
    assert (without.status_code, slug(without)) == (409, "alert-without-action")
    notifications.act(alert, "actions", ANA, kind="marac_referral")
    assert notifications.act(alert, "resolution", ANA, outcome="marac").status_code == 200
    late = notifications.act(alert, "actions", ANA, kind="police")
    assert (late.status_code, slug(late)) == (409, "alert-already-resolved")


def test_every_fault_of_an_action_is_named(notifications: Notifications) -> None:
    alert = notifications.raised(Case())
    wrong = {"kind": "wait", "who": "bea"}
    refused = notifications.act(alert, "actions", ANA, **wrong)
    assert refused.status_code == 422
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {"#/kind", "#/who"}
    refused = notifications.act(alert, "actions", ANA, kind="other")
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["#/note"]


def test_the_same_key_acts_once(notifications: Notifications) -> None:
    alert = notifications.raised(Case())
    for _ in range(3):
        answer = notifications.act(alert, "actions", ANA, key="k-1", kind="contacted")
    assert len(answer.json()["actions"]) == 1
    other = notifications.act(alert, "actions", ANA, key="k-1", kind="police")
    assert (other.status_code, slug(other)) == (409, "key-reused")


def test_a_note_is_read_by_colleagues_and_by_nobody_in_the_database(
    notifications: Notifications,
) -> None:
    case = Case()
    with notifications.listening() as said:
        alert = notifications.raised(case)
        notifications.act(alert, "actions", ANA, kind="other", note="canary words")
        until(lambda: "alert_actioned" in types(said, case))
    assert notifications.read(alert, BEA)["actions"][0]["note"] == "canary words"
    assert notifications.of_case(case)[0]["actions"][0] | {"at": ""} == {
        "kind": "other",
        "by": "ana",
        "at": "",
        "has_note": True,
        "note": None,
    }
    assert "canary" not in dumps(notifications.document(alert)) + repr(said)


@pytest.mark.parametrize("stranger", [CARMEN, Person("nobody", "practitioner", "perugia")])
def test_nobody_of_another_area_sees_or_changes_an_alert(
    notifications: Notifications, stranger: Person
) -> None:
    case = Case()
    alert = notifications.raised(case)
    since = {"since": alert["raised_at"]}
    changes = notifications.ask("GET", "/alerts/changes", stranger, params=since).json()["items"]
    assert alert["reference"] not in [each["reference"] for each in changes]
    assert notifications.items(stranger, case=case.reference, state="all") == []
    assert alert["reference"] not in [each["reference"] for each in notifications.items(stranger)]
    path = f"/alerts/{alert['reference']}"
    assert notifications.ask("GET", path, stranger).status_code == 404
    for what, body in (
        ("acknowledgements", {}),
        ("actions", {"kind": "police"}),
        ("resolution", {"outcome": "marac"}),
    ):
        assert notifications.act(alert, what, stranger, **body).status_code == 404
    assert notifications.read(alert)["state"] == "raised"


@pytest.mark.parametrize("other", [OTTO, AGENT, ADAM])
def test_other_roles_are_not_let_in(notifications: Notifications, other: Person) -> None:
    alert = notifications.raised(Case())
    assert notifications.ask("GET", "/alerts", other).status_code == 403
    assert notifications.act(alert, "acknowledgements", other).status_code == 403


def test_to_whom_it_was_shown_is_recorded_in_one_change(notifications: Notifications) -> None:
    case = Case()
    with notifications.listening() as said:
        alert = notifications.raised(case)
        before = notifications.document(alert)["version"]
        gone = "A-0000-0000"
        told = notifications.shown((gone, [ANA]), (alert["reference"], [ANA, BEA]))
        assert told.json() == {"not_found": [gone]}
        notifications.shown((alert["reference"], [BEA]))
        notifications.act(alert, "acknowledgements", ANA)
        until(lambda: "alert_acknowledged" in types(said, case))
    assert types(said, case).count("alert_delivered") == 1
    kept = notifications.document(alert)
    assert [each["person_id"] for each in kept["deliveries"]] == ["ana", "bea"]
    assert kept["version"] == before + 2


@pytest.mark.parametrize("other", [ANA, MAYA, OTTO, AGENT])
def test_only_the_portal_says_to_whom_it_was_shown(
    notifications: Notifications, other: Person
) -> None:
    alert = notifications.raised(Case())
    assert notifications.shown((alert["reference"], [ANA]), by=other).status_code == 403


@pytest.mark.parametrize(
    "shown", [[], [{"alert": "17", "people": ["ana"]}], [{"alert": "A-0000-0000", "people": []}]]
)
def test_what_was_shown_to_nobody_is_refused(notifications: Notifications, shown: Any) -> None:
    answer = notifications.ask("POST", "/alerts/deliveries", ADAM, json={"shown": shown})
    assert answer.status_code == 422
    assert slug(answer) == "invalid-input"


def test_managers_see_all_of_their_area_and_only_that(notifications: Notifications) -> None:
    here, there = Case(), Case(area=CLUJ)
    alerts = {notifications.raised(case)["reference"] for case in (here, there)}
    for overseer, seen in ((MAYA, 1), (DORA, 1), (CARMEN, 1), (Person("x", "manager", "*"), 2)):
        listed = {each["reference"] for each in notifications.items(overseer, limit=200)}
        assert len(alerts & listed) == seen


def test_a_list_is_paged_newest_first(notifications: Notifications) -> None:
    reader = Person("pia", "manager", "perugia")
    cases = [Case(area="perugia") for _ in range(5)]
    expected = [notifications.raised(case)["reference"] for case in cases][::-1]
    found, query = [], {"limit": 2}
    while query.get("after", "") is not None:
        page = notifications.ask("GET", "/alerts", reader, params=query).json()
        found += [each["reference"] for each in page["items"]]
        query["after"] = page["next"]
    assert found == expected


def test_changes_are_listed_by_the_moment_of_the_latest_event(
    notifications: Notifications,
) -> None:
    reader = Person("bela", "practitioner", "budapest-13")
    since = clock.now()
    first, second = (notifications.raised(Case(area="budapest-13")) for _ in range(2))
    notifications.act(first, "acknowledgements", reader)
    notifications.shown((second["reference"], [reader]))
    notifications.shown((second["reference"], [Person("bori", area="budapest-13")]))
    found, query = [], {"since": since.isoformat(), "limit": 1}
    while query.get("after", "") is not None:
        page = notifications.ask("GET", "/alerts/changes", reader, params=query).json()
        found += [(each["reference"], each["event"]) for each in page["items"]]
        query["after"] = page["next"]
    assert found == [
        (first["reference"], "alert_acknowledged"),
        (second["reference"], "alert_delivered"),
    ]
    later = {"since": clock.now().isoformat()}
    assert notifications.ask("GET", "/alerts/changes", reader, params=later).json()["items"] == []


def test_the_read_of_an_alert_is_written_down_under_its_case(notifications: Notifications) -> None:
    case = Case()
    notifications.read(notifications.raised(case), BEA)
    assert reads(notifications, case, "bea") == ["read_alert"]


def test_the_list_of_a_case_is_a_read_of_it_and_a_list_of_all_is_none(
    notifications: Notifications,
) -> None:
    case, reader = Case(), Person("beata", "manager")
    notifications.raised(case)
    notifications.items(reader)
    assert reads(notifications, case, "beata") == []
    notifications.items(reader, case=case.reference)
    assert reads(notifications, case, "beata") == ["list_alerts"]


def reads(notifications: Notifications, case: Case, who: str) -> list[str]:
    """Return by which doors somebody has read a case."""
    log = notifications.mongo.database("notifications").access_log
    return [read["action"] for read in log.find({"case": case.reference, "who": who})]
