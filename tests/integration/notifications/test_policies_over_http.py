"""The doors of policies: seen and decided by the people of an area, and never made too weak."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.notifications.alerts_in_use import (
    ADAM,
    AGENT,
    ANA,
    CARMEN,
    DORA,
    LONDON,
    MAYA,
    OTTO,
    Case,
    Notifications,
    Person,
)
from tests.integration.notifications.people_in_use import LADDER, save
from tests.support import until


def policies(service: Notifications, by: Person, area: str) -> dict[str, Any]:
    answer = service.ask("GET", "/policies", by, params={"area": area})
    assert answer.status_code == 200, answer.text
    return {each["kind"]: each for each in answer.json()["items"]}


def head_of(area: str) -> Person:
    return Person(f"head-of-{area}", "manager", area)


def slug(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_without_its_own_an_area_has_the_default(notifications: Notifications) -> None:
    found = policies(notifications, Person("x", area="perugia"), "perugia")
    assert set(found) == {"high_risk", "engagement", "referral_waiting", "review_overdue"}
    assert found["high_risk"] == {
        "area": "perugia",
        "kind": "high_risk",
        "version": "default.v1",
        "is_default": True,
        "rungs": [
            {"tells": "responders", "after_s": 0},
            {"tells": "responders", "after_s": 300},
            {"tells": "manager", "after_s": 300},
            {"tells": "duty_manager", "after_s": 300},
        ],
        "acknowledgement_lasts_s": 3600,
        "repeat_every_s": 900,
        "unresolved_after_s": 86400,
        "number": None,
        "saved_by": None,
        "saved_at": None,
    }
    assert found["engagement"]["repeat_every_s"] is None


def test_a_save_makes_the_next_version_and_keeps_those_before(
    notifications: Notifications,
) -> None:
    first = save(notifications, MAYA, "default.v1").json()
    assert (first["version"], first["saved_by"], first["is_default"]) == (
        "london-rbkc.v1",
        "maya",
        False,
    )
    second = save(notifications, DORA, "london-rbkc.v1", repeat_every_s=60).json()
    assert policies(notifications, ANA, LONDON)["high_risk"] == second
    assert {name: second[name] for name in LADDER} == {**LADDER, "repeat_every_s": 60}
    path = f"/policies/{LONDON}/high_risk/versions"
    assert notifications.ask("GET", path, ANA).json()["items"] == [second, first]
    assert policies(notifications, ANA, LONDON)["engagement"]["is_default"] is True


def test_what_is_read_can_be_sent_back(notifications: Notifications) -> None:
    area, head = "london-hf", head_of("london-hf")
    for kind, found in policies(notifications, head, area).items():
        told = {name: found[name] for name in LADDER}
        saved = save(notifications, head, found["version"], area=area, kind=kind, **told)
        assert {name: saved.json()[name] for name in LADDER} == told


def test_what_was_made_from_an_older_version_is_refused(notifications: Notifications) -> None:
    area, head = "oxford", head_of("oxford")
    too_early = save(notifications, head, "oxford.v1", area=area)
    assert slug(too_early) == (409, "policy-changed")
    save(notifications, head, "default.v1", area=area)
    refused = save(notifications, head, "default.v1", area=area)
    assert slug(refused) == (409, "policy-changed")
    assert "oxford.v1" in refused.json()["detail"]


def test_of_many_who_save_at_once_one_wins(notifications: Notifications) -> None:
    area, head = "leeds", head_of("leeds")
    for made_from in ("default.v1", "leeds.v1"):
        with ThreadPoolExecutor(8) as people:
            answers = list(
                people.map(
                    lambda wait, seen=made_from: save(
                        notifications, head, seen, area=area, repeat_every_s=wait
                    ),
                    range(60, 68),
                )
            )
        assert sorted(answer.status_code for answer in answers) == [200] + 7 * [409]
    versions = notifications.ask("GET", f"/policies/{area}/high_risk/versions", head)
    assert [each["number"] for each in versions.json()["items"]] == [2, 1]


def test_the_same_key_saves_once(notifications: Notifications) -> None:
    head, path = head_of("york"), "/policies/york/engagement"
    body = {**LADDER, "made_from": "default.v1"}
    answers = [
        notifications.ask("PUT", path, head, json=body, headers={"Idempotency-Key": "k"})
        for _ in range(3)
    ]
    assert [answer.json()["version"] for answer in answers] == 3 * ["york.v1"]


def test_every_reason_against_a_policy_is_told_at_once(notifications: Notifications) -> None:
    refused = save(
        notifications,
        MAYA,
        "default.v1",
        rungs=[{"tells": "responders", "after_s": 5}, {"tells": "responders", "after_s": 0}],
        acknowledgement_lasts_s=14401,
        repeat_every_s=3601,
        unresolved_after_s=None,
    )
    assert slug(refused) == (422, "invalid-input")
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {
        "#/rungs",
        "#/rungs/0/after_s",
        "#/rungs/1/after_s",
        "#/acknowledgement_lasts_s",
        "#/repeat_every_s",
        "#/unresolved_after_s",
    }


def test_what_cannot_be_read_is_named_by_its_field(notifications: Notifications) -> None:
    wrong = [{"tells": "everybody", "after_s": "soon"}]
    refused = save(notifications, MAYA, "default.v1", rungs=wrong, repeat_every_s=1.5)
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {
        "#/rungs/0/tells",
        "#/rungs/0/after_s",
        "#/repeat_every_s",
    }


def test_nobody_decides_for_another_area(notifications: Notifications) -> None:
    assert slug(save(notifications, CARMEN, "default.v1")) == (403, "area-not-yours")
    for path in (f"/policies?area={LONDON}", f"/policies/{LONDON}/high_risk/versions"):
        assert slug(notifications.ask("GET", path, CARMEN)) == (403, "area-not-yours")


@pytest.mark.parametrize("other", [ANA, OTTO, AGENT, ADAM])
def test_only_managers_decide(notifications: Notifications, other: Person) -> None:
    assert slug(save(notifications, other, "default.v1")) == (403, "forbidden")


@pytest.mark.parametrize("path", ["London/high_risk", f"{LONDON}/low", f"{'a' * 65}/high_risk"])
def test_an_area_or_kind_that_cannot_be_is_not_found(
    notifications: Notifications, path: str
) -> None:
    everywhere = Person("x", "manager", "*")
    body = {**LADDER, "made_from": "default.v1"}
    answer = notifications.ask("PUT", f"/policies/{path}", everywhere, json=body)
    assert slug(answer) == (404, "not-found")


def test_an_alert_is_raised_with_the_ladder_of_its_area(notifications: Notifications) -> None:
    area, head = "hull", head_of("hull")
    before = notifications.raised(Case(area))
    assert before["top_level"] == 3
    save(notifications, head, "default.v1", area=area)
    until(lambda: notifications.raised(Case(area))["top_level"] == 2, within=10)
    case = Case(area)
    notifications.raised(case)
    kept = notifications.document(notifications.of_case(case)[0])["policy"]
    assert (kept["version"], [rung["after"] for rung in kept["rungs"]]) == (
        "hull.v1",
        [each["after_s"] for each in LADDER["rungs"]],
    )
    assert notifications.read(before, head)["top_level"] == 3
