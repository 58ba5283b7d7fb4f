"""What is dropped is gone, and who dropped it and why stays."""

from __future__ import annotations

import getpass
from typing import Any

import pytest

from services.chassis.ids import new_id
from tests.integration.operations.desk_work import DEAD, Operator, ids, queues
from tests.support import example, publish

WHY = "sent by a test of the network on Monday"


@pytest.fixture(scope="module", autouse=True)
def declared(broker: Any) -> None:
    queues(broker)
    queues(broker, "sessions")


@pytest.fixture(autouse=True)
def nothing_there(broker: Any) -> None:
    for consumer in ("risk", "sessions"):
        broker.control("purge_queue", f"{consumer}.dead-letters")


def dead(broker: Any, consumer: str = "risk", event_id: str | None = None) -> str:
    event = example("referral_submitted") | {"event_id": event_id or new_id()}
    queue = f"{consumer}.referral_submitted.v1"
    headers = {"x-queue": queue, "x-reason": "ValueError"}
    publish(broker, f"{consumer}.dead-letters", queue, event, headers=headers)
    return str(event["event_id"])


def test_it_is_gone_and_the_others_stay_in_order(operator: Operator, broker: Any) -> None:
    first, second, third = (dead(broker) for _ in range(3))
    done = operator.run("drop", second, "--reason", WHY)
    assert (done.code, done.out) == (0, "dropped 1, left 0\n")
    assert ids(operator.listed()) == [first, third]


def test_it_is_written_down_in_the_database_of_who_could_not_handle_it(
    operator: Operator, broker: Any, mongo: Any
) -> None:
    event_id = dead(broker)
    assert operator.run("drop", event_id, "--reason", f"  {WHY}\n", "--by", "ana").code == 0
    entry = mongo.database("risk").operations_log.find_one({"event_id": event_id})
    del entry["_id"], entry["at"]
    assert entry == {
        "by": "ana",
        "action": "drop",
        "consumer": "risk",
        "queue": "risk.referral_submitted.v1",
        "event_id": event_id,
        "event": "referral_submitted.v1",
        "case_id": example("referral_submitted")["case_id"],
        "reason": "ValueError",
        "why": WHY,
    }


def test_unless_somebody_is_named_it_was_the_user_of_the_system(
    operator: Operator, broker: Any
) -> None:
    event_id = dead(broker)
    operator.run("drop", event_id, "--reason", WHY)
    (told,) = [each for each in log(operator) if each["event_id"] == event_id]
    assert told["by"] == getpass.getuser()


def test_the_log_shows_the_latest_first(operator: Operator, broker: Any) -> None:
    dropped = [dead(broker) for _ in range(3)]
    for event_id in dropped:
        operator.run("drop", event_id, "--reason", WHY)
    assert [each["event_id"] for each in log(operator)[:3]] == dropped[::-1]
    text = operator.run("log", "--limit", "1").out
    assert f"drop referral_submitted.v1 {dropped[-1]} of risk" in text
    assert text.endswith(f"because: {WHY}\n")


def test_what_cannot_be_decoded_is_dropped_by_the_hash_that_the_list_shows(
    operator: Operator, broker: Any
) -> None:
    publish(broker, DEAD, "risk.case_closed.v1", b"\x00\x01")
    (letter,) = operator.listed()
    assert operator.run("drop", letter["event_id"], "--reason", WHY).code == 0
    assert operator.listed() == []
    assert (log(operator)[0]["event"], log(operator)[0]["case_id"]) == (None, None)


def test_an_event_that_two_services_could_not_handle_is_dropped_where_it_is_said(
    operator: Operator, broker: Any
) -> None:
    event_id = dead(broker)
    dead(broker, "sessions", event_id)
    assert len(operator.run("show", event_id, "--json").json) == 2
    assert operator.run("drop", event_id, "--reason", WHY, "--queue", "sessions").code == 0
    assert ids(operator.listed("risk")) == [event_id]
    assert operator.listed("sessions") == []


@pytest.mark.parametrize("reason", [[], ["--reason", "no"], ["--reason", "x" * 301]])
def test_without_a_reason_nothing_is_dropped(
    operator: Operator, broker: Any, reason: list[str]
) -> None:
    event_id = dead(broker)
    refused = operator.run("drop", event_id, *reason)
    assert refused.code == 2
    assert ids(operator.listed()) == [event_id]


def test_help_says_what_a_reason_may_not_hold(operator: Operator) -> None:
    said = operator.run("drop", "--help")
    assert said.code == 0
    assert "nothing that identifies anybody" in " ".join(said.out.split())


@pytest.mark.parametrize("command", ["list", "show", "replay", "drop", "log"])
def test_each_command_explains_itself_with_an_example(operator: Operator, command: str) -> None:
    said = operator.run(command, "--help")
    assert f"Example: outreach dead-letters {command}" in " ".join(said.out.split())


def log(operator: Operator) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = operator.run("log", "--queue", "risk", "--json").json
    return told
