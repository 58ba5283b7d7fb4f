"""Looking at dead letters: complete, in order, without taking any, and without telling too much."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from services.chassis.ids import new_id
from tests.integration.operations.desk_work import DEAD, Operator, ids, many, queues
from tests.support import example, publish
from tests.support.bus import ready

CANARY = "Sorina Popescu"


@pytest.fixture(scope="module", autouse=True)
def declared(broker: Any) -> None:
    queues(broker)


@pytest.fixture
def letters(broker: Any) -> Sequence[str]:
    """Seven dead letters of risk, first to last; nothing else lies there."""
    broker.control("purge_queue", DEAD)
    return [dead(broker, reason=f"NotFound: {number}") for number in range(7)]


def dead(broker: Any, *, reason: str = "NotFound", type: str = "session_recorded") -> str:
    """Put an event into the dead letters of risk as its process does; return its id."""
    event = example(type) | {"event_id": new_id()}
    queue = f"risk.{type}.v1"
    headers = {"x-attempt": 5, "x-reason": reason, "x-queue": queue}
    publish(broker, DEAD, queue, event, headers=headers)
    return str(event["event_id"])


def test_all_are_listed_in_the_order_in_which_they_died(
    operator: Operator, letters: Sequence[str]
) -> None:
    found = operator.listed()
    assert ids(found) == letters
    assert [each["place"] for each in found] == [1, 2, 3, 4, 5, 6, 7]
    event = example("session_recorded")
    assert found[0] == {
        "place": 1,
        "consumer": "risk",
        "event_id": letters[0],
        "event": "session_recorded.v1",
        "said_at": event["occurred_at"].replace("Z", "+00:00"),
        "case_id": event["case_id"],
        "attempts": 5,
        "reason": "NotFound: 0",
        "queue": "risk.session_recorded.v1",
    }


def test_looking_changes_nothing_however_often(
    operator: Operator, broker: Any, letters: Sequence[str]
) -> None:
    for _ in range(4):
        assert ids(operator.listed()) == letters
    assert ready(broker, DEAD) == 7


def test_many_keep_their_order_whether_all_are_looked_at_or_some(
    operator: Operator, broker: Any
) -> None:
    broker.control("purge_queue", DEAD)
    made = many(broker, 300)
    assert ids(operator.listed("risk", "--limit", "100")) == made[:100]
    assert ids(operator.listed("risk", "--limit", "1000")) == made
    assert operator.run("show", made[200]).code == 0
    assert ids(operator.listed("risk", "--limit", "1000")) == made


def test_several_operators_at_once_each_see_all_of_them(
    operator: Operator, letters: Sequence[str]
) -> None:
    three = [operator.start("list", "--queue", "risk", "--json") for _ in range(3)]
    told = [json.loads(each.communicate(timeout=60)[0])["consumers"][0] for each in three]
    assert [ids(each["dead_letters"]) for each in told] == [letters] * 3
    assert ids(operator.listed()) == letters


def test_a_limit_shows_the_first_and_counts_all(operator: Operator, letters: Sequence[str]) -> None:
    assert ids(operator.listed("risk", "--limit", "3")) == letters[:3]
    said = operator.run("list", "--queue", "risk.dead-letters", "--limit", "3")
    assert "risk: 7 dead letters, the first 3 of them" in said.out
    assert ids(operator.listed()) == letters


def test_without_a_name_every_consumer_is_told(operator: Operator, letters: Sequence[str]) -> None:
    told = operator.run("list", "--json").json["consumers"]
    waiting = {each["consumer"]: each["waiting"] for each in told}
    assert waiting == {"notifications": None, "referrals": None, "risk": 7, "sessions": None}
    assert "sessions: no queue yet" in operator.run("list").out
    assert len(letters) == 7


def test_one_is_shown_with_all_that_is_coded(operator: Operator, broker: Any) -> None:
    event_id = dead(broker)
    (found,) = operator.run("show", event_id, "--json").json
    event = example("session_recorded")
    assert found["data"]["session_id"] == event["data"]["session_id"]
    assert found["data"]["disclosures"] == event["data"]["disclosures"]
    assert found["envelope"]["seq"] == event["seq"]
    assert found["replay"] == "can go back to risk.session_recorded.v1"
    assert f"event_id: {event_id}" in operator.run("show", event_id).out


def test_what_its_contract_does_not_name_is_never_shown(operator: Operator, broker: Any) -> None:
    event = example("session_recorded") | {"event_id": new_id(), "signature": CANARY}
    event["data"] |= {
        "practitioner_id": CANARY,
        "nickname": CANARY,
        CANARY: 1,
        "attendance": {"told": CANARY},
        "disclosures": {CANARY: "yes", "injury": CANARY, "frightened": "yes"},
        "approaches": [CANARY, "vig"],
    }
    publish(broker, DEAD, "risk.session_recorded.v1", event, headers={"x-hint": CANARY})
    said = operator.run("show", event["event_id"], "--json")
    assert "Sorina" not in said.out + said.err + operator.run("list").out
    (found,) = said.json
    assert found["data"]["practitioner_id"] == "<not shown: text of 14>"
    assert found["data"]["disclosures"]["frightened"] == "yes"
    assert found["data"]["approaches"] == ["<not shown: text of 14>", "vig"]
    assert found["data"]["(unexpected)"] == ["<not shown: text of 14>", "<not shown: number>"]


@pytest.mark.parametrize(
    "body",
    [CANARY.encode(), b"\xff\xfe" + CANARY.encode(), json.dumps({"name": CANARY}).encode(), b""],
    ids=["no JSON", "no UTF-8", "no envelope", "empty"],
)
def test_of_what_cannot_be_decoded_only_length_and_hash_are_told(
    operator: Operator, broker: Any, body: bytes
) -> None:
    publish(broker, DEAD, "risk.session_recorded.v1", body, message_id=CANARY)
    last = operator.listed()[-1]
    said = operator.run("show", last["event_id"], "--json")
    assert "Sorina" not in said.out + said.err + operator.run("list").out
    assert said.json[0]["body"].startswith(f"{len(body)} octets, SHA-256 ")
    assert last["event_id"].startswith("body-")
    assert last["case_id"] is None


def test_a_reason_cannot_do_anything_to_the_terminal(operator: Operator, broker: Any) -> None:
    dead(broker, reason="\x1b[2J\x1b]0;gone\x07NotFound\r\nrisk: 0 dead letters")
    said = operator.run("list")
    assert "\x1b" not in said.out
    assert "\r" not in said.out


def test_an_event_of_no_contract_is_told_without_its_name(operator: Operator, broker: Any) -> None:
    event = example("session_recorded") | {"event_id": new_id(), "type": "sorina_popescu"}
    publish(broker, DEAD, "risk.session_recorded.v1", event)
    said = operator.run("show", event["event_id"])
    assert "sorina" not in said.out + operator.run("list").out
    assert "event: -" in said.out


def test_an_unknown_id_is_said_to_be_none(operator: Operator) -> None:
    said = operator.run("show", "nothing-has-this-id")
    assert said.code == 1
    assert "there is no dead letter of this id" in said.err


def test_a_name_that_no_consumer_has_is_refused_with_the_names_that_there_are(
    operator: Operator,
) -> None:
    said = operator.run("list", "--queue", "billing")
    assert said.code == 2
    assert "notifications, referrals, risk, sessions" in said.err
