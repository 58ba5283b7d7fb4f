"""Dead letters of a real service go back to it, one or all, and nothing is lost on the way."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.local.layout import ROOT
from services.chassis.ids import new_id
from tests.integration.operations.desk_work import DEAD, WORK, Operator, ids, many
from tests.integration.risk.said import Case
from tests.support import example, publish, published, until
from tests.support.bus import ready
from tests.support.stack import Stack

LAST_ATTEMPT = {"x-attempt": 5}


@pytest.fixture(scope="module")
def risk(stack: Stack) -> str:
    return stack.start("risk")


@pytest.fixture(autouse=True)
def nothing_there(risk: str, broker: Any) -> None:
    """Begin each test with no dead letter."""
    del risk
    broker.control("purge_queue", DEAD)


@pytest.fixture
def said(broker: Any) -> Iterator[Any]:
    with published(broker, "risk.events") as events:
        yield events


def one_there(operator: Operator) -> dict[str, Any]:
    """Wait for the only dead letter."""
    (letter,) = until(operator.listed, within=20)
    return letter


def test_an_event_whose_attempts_were_used_up_is_handled_by_one_command(
    operator: Operator, broker: Any, said: Any
) -> None:
    case = Case(broker)
    session = case.met(LAST_ATTEMPT, disclosures={"strangulation": "yes"}, incident=True)
    letter = one_there(operator)
    assert (letter["event_id"], letter["attempts"]) == (session["event_id"], 5)
    assert letter["reason"].startswith("attempts used up; last: NotFound")
    case.referred()
    case.assessed(said)
    done = operator.run("replay", session["event_id"], "--by", "ana")
    assert (done.code, done.out) == (0, "replayed 1, left 0\n")
    newest = case.assessed(said, times=2)[-1]
    assert newest["data"]["source"]["id"] == session["data"]["session_id"]
    assert operator.listed() == []


def test_it_is_written_down_who_replayed_what(operator: Operator, broker: Any, mongo: Any) -> None:
    case = Case(broker)
    session = case.met(LAST_ATTEMPT, disclosures={"injury": "yes"})
    one_there(operator)
    assert operator.run("replay", "--all", "--queue", "risk", "--by", "ana").code == 0
    entry = mongo.database("risk").operations_log.find_one({"event_id": session["event_id"]})
    expected = ("ana", "replay", WORK, "session_recorded.v1", case.id)
    kept = (entry["by"], entry["action"], entry["queue"], entry["event"], entry["case_id"])
    assert kept == expected
    (told, *_) = operator.run("log", "--queue", "risk", "--json").json
    assert (told["event_id"], told["reason"]) == (session["event_id"], entry["reason"])
    assert f"ana replay session_recorded.v1 {session['event_id']}" in operator.run("log").out


def test_what_cannot_be_decoded_is_left_and_said_to_be(operator: Operator, broker: Any) -> None:
    publish(broker, "sessions.events", "session_recorded.v1", b"\xffno event")
    letter = one_there(operator)
    assert letter["reason"] == "Undecodable: the body is not JSON in UTF-8"
    left = operator.run("replay", "--all", "--json")
    assert left.code == 1
    assert left.json["left"] == [
        {
            "event_id": letter["event_id"],
            "consumer": "risk",
            "why": "its body is no event that can be decoded",
        }
    ]
    assert operator.listed() == [letter]


def test_what_still_breaks_its_contract_is_left(operator: Operator, broker: Any) -> None:
    event = example("session_recorded") | {"event_id": new_id()}
    del event["data"]["disclosures"]
    publish(broker, "sessions.events", "session_recorded.v1", event)
    letter = one_there(operator)
    left = operator.run("replay", letter["event_id"])
    assert left.code == 1
    assert "its data do not fit session_recorded.v1: disclosures" in left.err
    assert operator.listed() == [letter]


def test_while_its_service_is_stopped_a_replayed_event_waits_for_it(
    operator: Operator, broker: Any, said: Any, stack: Stack
) -> None:
    case = Case(broker)
    case.met(LAST_ATTEMPT, disclosures={"strangulation": "yes"})
    one_there(operator)
    case.referred()
    case.assessed(said)
    stack.stop("risk")
    assert operator.run("replay", "--all").code == 0
    assert ready(broker, WORK) == 1
    stack.start("risk")
    case.assessed(said, times=2)
    assert operator.listed() == []


def test_a_replay_begins_with_the_first_attempt(
    operator: Operator, broker: Any, stack: Stack
) -> None:
    case = Case(broker)
    case.met(LAST_ATTEMPT, disclosures={"injury": "yes"})
    one_there(operator)
    stack.stop("risk")
    assert operator.run("replay", "--all").code == 0
    assert ready(broker, WORK) == 1
    stack.start("risk")
    until(lambda: ready(broker, "risk.retry.1s") or ready(broker, "risk.retry.5s"), within=15)
    assert operator.listed() == []
    case.referred()
    until(lambda: not ready(broker, "risk.retry.5s"), within=20)


def test_what_was_applied_is_harmless_when_its_receipt_is_gone(
    operator: Operator, broker: Any, said: Any, mongo: Any, risk: str
) -> None:
    case, profiles = Case(broker), mongo.database("risk").risk
    case.referred()
    session = case.met(disclosures={"strangulation": "yes"}, incident=True)
    case.assessed(said, times=2)
    profiles.update_one({"_id": case.id}, {"$set": {"receipts": []}, "$inc": {"version": 1}})
    publish(broker, DEAD, WORK, session, headers={"x-queue": WORK, "x-reason": "NotFound"})
    before, handled = profiles.find_one({"_id": case.id}), done_by(risk)
    assert operator.run("replay", session["event_id"]).code == 0
    until(lambda: done_by(risk) > handled)
    after = profiles.find_one({"_id": case.id})
    assert after["assessments"] == before["assessments"]
    assert after["seq"] == before["seq"]


def test_what_names_a_queue_of_another_is_left(operator: Operator, broker: Any) -> None:
    event = example("session_recorded") | {"event_id": new_id()}
    for queue in (
        "sessions.alert_raised.v1",
        "referrals.session_recorded.v1",
        "risk.alert_raised.v1",
    ):
        publish(broker, DEAD, queue, event, headers={"x-queue": queue})
    left = operator.run("replay", "--all", "--json")
    assert (left.code, len(left.json["left"]), left.json["done"]) == (1, 3, [])
    assert len(operator.listed()) == 3


def test_only_what_was_asked_for_goes_back_and_the_rest_keeps_its_order(
    operator: Operator, broker: Any, stack: Stack
) -> None:
    stack.stop("risk")
    events = [example(kind) | {"event_id": new_id()} for kind in KINDS * 2]
    for event in events:
        queue = f"risk.{event['type']}.v1"
        publish(broker, DEAD, queue, event, headers={"x-queue": queue})
    done = operator.run("replay", "--all", "--queue", "risk", "--type", "session_recorded")
    assert done.out == "replayed 2, left 0\n"
    rest = [e["event_id"] for e in events if e["type"] != "session_recorded"]
    assert ids(operator.listed()) == rest
    assert operator.run("replay", rest[2]).code == 0
    assert ids(operator.listed()) == [*rest[:2], *rest[3:]]
    stack.start("risk")


def test_who_looks_on_sees_how_far_it_is(operator: Operator, broker: Any, stack: Stack) -> None:
    stack.stop("risk")
    many(broker, 20)
    seen, terminal = pty.openpty()
    done = subprocess.run(
        operator.command("replay", "--all", "--queue", "risk"),
        env=operator.environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=terminal,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout == "replayed 20, left 0\n"
    shown = ""
    while "100%" not in shown:
        shown += os.read(seen, 4_096).decode()
    assert "risk" in shown
    broker.control("purge_queue", WORK)
    stack.start("risk")


def test_who_does_not_look_on_sees_no_bar(operator: Operator, broker: Any) -> None:
    event = example("case_closed") | {"event_id": new_id(), "case_id": new_id()}
    publish(broker, DEAD, "risk.case_closed.v1", event, headers={"x-queue": "risk.case_closed.v1"})
    assert operator.run("replay", "--all").err == ""


def test_an_id_that_is_not_there_is_named_and_the_others_are_done(
    operator: Operator, broker: Any
) -> None:
    event = example("case_closed") | {"event_id": new_id(), "case_id": new_id()}
    publish(broker, DEAD, "risk.case_closed.v1", event, headers={"x-queue": "risk.case_closed.v1"})
    done = operator.run("replay", event["event_id"], "not-there")
    assert done.code == 1
    assert "left not-there: there is no dead letter of this id" in done.err
    assert done.out == "replayed 1, left 1\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["replay"],
        ["replay", "some-id", "--all"],
        ["replay", "some-id", "--type", "case_closed"],
        ["replay", "--all", "--type", "weather_changed"],
        ["replay", "--all", "--by", "Ana Kovacs <ana@example.org>"],
    ],
)
def test_what_is_not_meant_clearly_is_refused(operator: Operator, arguments: list[str]) -> None:
    refused = operator.run(*arguments)
    assert refused.code == 2
    assert refused.err.splitlines()[-1].startswith("Error: ")


KINDS = ("referral_submitted", "session_recorded", "case_closed")


def done_by(url: str) -> float:
    """Return how many recorded sessions the service has handled."""
    name = 'casework_events_handled_total{event="session_recorded",outcome="done"} '
    lines = httpx.get(f"{url}/metrics", timeout=10).text.splitlines()
    return next((float(line.removeprefix(name)) for line in lines if line.startswith(name)), 0.0)
