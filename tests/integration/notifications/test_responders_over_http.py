"""The doors of responders: told by the portal alone, chosen by each for herself, sealed at rest."""

from __future__ import annotations

from typing import Any

import pytest
from bson.json_util import dumps

from tests.integration.notifications.alerts_in_use import (
    ADAM,
    AGENT,
    ANA,
    BEA,
    CARMEN,
    CLUJ,
    MAYA,
    OTTO,
    Notifications,
    Person,
)
from tests.integration.notifications.people_in_use import (
    CANARY,
    HOOK,
    PHONE,
    choose,
    own,
    tell,
    told,
)
from tests.support import until

ACCOUNT = {"id": "account"}
SMS, WEBHOOK = {"channel": "sms", "address": PHONE}, {"channel": "webhook", "address": HOOK}


def documents(service: Notifications) -> dict[str, dict[str, Any]]:
    kept = service.mongo.database("notifications").responders.find()
    return {each["account_id"]: each for each in kept}


def seen(service: Notifications, by: Person, area: str | None = None) -> dict[str, dict[str, Any]]:
    asked = {"area": area} if area else {}
    answer = service.ask("GET", "/responders", by, params=asked)
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["items"]}


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [fault["pointer"] for fault in answer.json()["errors"]]


def test_what_is_told_twice_is_written_once(notifications: Notifications) -> None:
    people = [told(each) for each in (ANA, BEA, MAYA, CARMEN)]
    everybody = [each["id"] for each in people]
    assert tell(notifications, *people, everybody=everybody).status_code == 204
    before = documents(notifications)
    assert tell(notifications, *people, everybody=everybody).status_code == 204
    assert documents(notifications) == before
    people[1] |= {"areas": [CLUJ]}
    assert tell(notifications, *people).status_code == 204
    after = documents(notifications)
    assert {name for name in after if after[name] != before[name]} == {"bea"}
    assert after["bea"]["areas"] == [CLUJ]


def test_who_is_not_among_everybody_is_called_no_more_and_keeps_her_record(
    notifications: Notifications,
) -> None:
    gia, ida = Person("gia", area="perugia"), Person("ida", area="perugia")
    paola = Person("paola", "manager", "perugia")
    tell(notifications, gia, ida, paola)
    choose(notifications, gia, ACCOUNT, SMS)
    others = [name for name, each in documents(notifications).items() if each["is_active"]]
    tell(notifications, everybody=[name for name in others if name != "gia"])
    until(lambda: "gia" not in seen(notifications, paola))
    assert documents(notifications)["gia"]["is_active"] is False
    assert [each["channel"] for each in own(notifications, gia)["methods"]] == ["email", "sms"]
    tell(notifications, gia)
    until(lambda: seen(notifications, paola)["gia"]["channels"] == ["email", "sms"])


def test_that_nobody_may_be_called_is_refused(notifications: Notifications) -> None:
    before = documents(notifications)
    assert pointers(tell(notifications, ANA, everybody=[])) == ["#/everybody"]
    assert documents(notifications) == before


def test_every_fault_of_what_is_told_is_named_and_nothing_is_stored(
    notifications: Notifications,
) -> None:
    wrong = told(Person("wrong"), role="admin", time_zone="Mars/Base", areas="cluj", more=1)
    assert pointers(tell(notifications, wrong)) == [
        "#/people/0/areas",
        "#/people/0/more",
        "#/people/0/role",
        "#/people/0/time_zone",
    ]
    assert "wrong" not in documents(notifications)


@pytest.mark.parametrize("other", [ANA, MAYA, OTTO, AGENT])
def test_only_the_portal_itself_tells_of_staff(notifications: Notifications, other: Person) -> None:
    body = {"people": [told(Person("intruder"))]}
    assert notifications.ask("PUT", "/responders", other, json=body).status_code == 403
    assert notifications.ask("POST", "/responders/ana/erasure", other).status_code == 403


def test_her_methods_are_hers_to_add_change_and_remove(notifications: Notifications) -> None:
    pia = Person("pia")
    tell(notifications, pia)
    assert [each["id"] for each in own(notifications, pia)["methods"]] == ["account"]
    made = choose(notifications, pia, ACCOUNT, SMS, WEBHOOK).json()["methods"]
    assert [each["channel"] for each in made] == ["email", "sms", "webhook"]
    changed = {**made[1], "address": "+40 700 000 002"}
    after = choose(notifications, pia, changed, made[0]).json()
    assert after == own(notifications, pia)
    assert after["methods"] == [made[0], {**made[1], "address": "+40700000002"}]
    assert after["account_email"] == "pia@staff.example"
    assert choose(notifications, pia, changed).json()["methods"] == after["methods"][1:]


def test_nobody_may_end_up_unreachable(notifications: Notifications) -> None:
    una = Person("una")
    tell(notifications, una)
    assert pointers(choose(notifications, una)) == ["#/methods"]
    assert [each["id"] for each in own(notifications, una)["methods"]] == ["account"]


def test_every_fault_of_what_is_chosen_is_named_at_once(notifications: Notifications) -> None:
    eda = Person("eda")
    tell(notifications, eda)
    refused = choose(
        notifications,
        eda,
        {"channel": "sms", "address": "07700 900123"},
        {"channel": "pigeon", "address": "x"},
        {"channel": "email"},
        {"channel": "webhook", "address": "http://hooks.example/"},
        {"channel": "inbox", "address": "x"},
        SMS,
    )
    assert pointers(refused) == [
        "#/methods/0/address",
        "#/methods/1/channel",
        "#/methods/2/address",
        "#/methods/3/address",
        "#/methods/4/channel",
    ]
    assert "07700" not in refused.text
    assert [each["id"] for each in own(notifications, eda)["methods"]] == ["account"]


def test_preferences_are_hers(notifications: Notifications) -> None:
    pru = Person("pru")
    tell(notifications, pru)
    wanted = {
        "medium": "digest",
        "digest_at": "07:30",
        "quiet_from": "21:00",
        "quiet_until": "06:45",
    }
    path = "/responders/me/preferences"
    assert notifications.ask("PUT", path, pru, json=wanted).json()["preferences"] == wanted
    tell(notifications, told(pru, areas=[CLUJ]))
    assert own(notifications, pru)["preferences"] == wanted
    wrong = {"medium": "loud", "digest_at": "25:00", "quiet_from": 7}
    refused = notifications.ask("PUT", path, pru, json=wrong)
    assert pointers(refused) == ["#/digest_at", "#/medium", "#/quiet_from", "#/quiet_until"]


def test_the_same_key_chooses_once(notifications: Notifications) -> None:
    kim = Person("kim")
    tell(notifications, kim)
    for _ in range(2):
        answer = notifications.ask(
            "PUT",
            "/responders/me/methods",
            kim,
            json={"methods": [SMS]},
            headers={"Idempotency-Key": "k-1"},
        )
        assert answer.status_code == 200
    assert documents(notifications)["kim"]["version"] == 2


def test_who_is_not_known_yet_is_told_so(notifications: Notifications) -> None:
    nobody = Person("nobody-yet")
    assert notifications.ask("GET", "/responders/me", nobody).status_code == 404
    assert choose(notifications, nobody, SMS).status_code == 404


def test_managers_see_channels_of_their_areas_and_never_an_address(
    notifications: Notifications,
) -> None:
    people = [Person(name, area="budapest-13") for name in ("zita", "zoe")]
    head = Person("zara", "manager", "budapest-13")
    everywhere = Person("zed", "duty_manager", "*")
    tell(notifications, *people, everywhere)
    choose(notifications, people[0], SMS, WEBHOOK)
    until(lambda: seen(notifications, head)["zita"]["channels"] == ["sms", "webhook"])
    found = seen(notifications, head, "budapest-13")
    assert set(found) == {"zita", "zoe", "zed"}
    assert found["zita"] == {
        "id": "zita",
        "display_name": f"{CANARY} zita",
        "role": "practitioner",
        "areas": ["budapest-13"],
        "channels": ["sms", "webhook"],
        "is_reachable": True,
    }
    assert not {PHONE, HOOK, "zoe@staff.example"} & set(dumps(found).split('"'))
    assert notifications.ask("GET", "/responders", head, params={"area": CLUJ}).status_code == 403
    for other in (people[0], OTTO, AGENT, ADAM):
        assert notifications.ask("GET", "/responders", other).status_code == 403


def test_nothing_of_hers_is_readable_in_the_database_or_in_the_log(
    notifications: Notifications, stack: Any
) -> None:
    sia = Person("sia")
    tell(notifications, sia)
    choose(notifications, sia, ACCOUNT, SMS, WEBHOOK)
    stored = dumps(documents(notifications)["sia"])
    log = stack.log("notifications")
    for secret in (CANARY, "sia@staff.example", PHONE, HOOK):
        assert secret not in stored
        assert secret not in log


def test_what_is_erased_is_gone_with_its_key(notifications: Notifications) -> None:
    eva = Person("eva")
    tell(notifications, eva)
    choose(notifications, eva, ACCOUNT, SMS)
    path = "/responders/eva/erasure"
    active = notifications.ask("POST", path, ADAM)
    assert (active.status_code, active.json()["type"]) == (409, "/problems/responder-active")
    tell(notifications, told(eva, is_active=False))
    for _ in range(2):
        assert notifications.ask("POST", path, ADAM).status_code == 204
    vault = notifications.mongo.database("notifications").key_vault
    assert vault.find_one({"keyAltNames": "case:staff:eva"}) is None
    assert documents(notifications)["eva"]["sealed"] is None
    tell(notifications, told(eva, is_active=False))
    assert own(notifications, eva)["display_name"] == ""
    tell(notifications, eva)
    assert [each["address"] for each in own(notifications, eva)["methods"]] == ["eva@staff.example"]
    assert notifications.ask("POST", "/responders/nobody/erasure", ADAM).status_code == 404
