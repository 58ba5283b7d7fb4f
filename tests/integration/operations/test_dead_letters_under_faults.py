"""Bus or database away, the command killed in the middle, a consumer that dies at one message."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from deploy.local import ports
from deploy.local.layout import ROOT
from services.chassis.ids import new_id
from services.chassis.messaging.deliveries import WORN_OUT
from services.chassis.messaging.subscription import MOST_RETURNED
from services.operations.bus import bus
from services.operations.desk import desk
from services.operations.refusals import CannotReach
from tests.integration.operations.desk_work import DEAD, WORK, Operator, bodies, ids, many, queues
from tests.integration.risk.said import Case
from tests.support import example, publish, published, until
from tests.support.bus import ready
from tests.support.own import OwnBroker, OwnMongo
from tests.support.servers import SharedBroker
from tests.support.stack import Stack

WHY = "sent by a test of the network on Monday"
MANY = 3_000
DELIVERY_LIMIT = 20
LOOKS_AND_DIES = """
import os, sys
from services.operations.bus import bus
from services.operations.desk import desk
with bus(sys.argv[1]) as connection, desk(connection, "risk") as at:
    for letter in at.letters():
        if letter.place == int(sys.argv[2]):
            os.kill(os.getpid(), 9)
"""
LOSE_THE_LEADER = """
    [ra:stop_server(quorum_queues, amqqueue:get_pid(Q)) || Q <- rabbit_amqqueue:list(),
     element(4, amqqueue:get_name(Q)) =:= <<"{queue}">>].
"""
DIES = """
import os, sys, pika
channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
next(channel.consume(sys.argv[2]))
os.kill(os.getpid(), 9)
"""


@pytest.fixture(scope="module", autouse=True)
def declared(broker: Any) -> None:
    queues(broker)


@pytest.fixture(autouse=True)
def nothing_there(broker: Any) -> None:
    for queue in (DEAD, WORK):
        broker.control("purge_queue", queue)


def in_work_queue(broker: Any) -> list[str]:
    return [json.loads(body)["event_id"] for body in bodies(broker, WORK)]


def test_a_replay_that_is_killed_loses_nothing_and_the_next_one_finishes(
    operator: Operator, broker: SharedBroker
) -> None:
    made = many(broker, MANY)
    replay = operator.start("replay", "--all", "--queue", "risk")
    until(lambda: ready(broker, WORK) > 100, within=30)
    replay.send_signal(signal.SIGKILL)
    replay.communicate()
    until(lambda: ready(broker, WORK) + ready(broker, DEAD) >= MANY, within=20)
    assert 0 < ready(broker, DEAD) < MANY
    assert operator.run("replay", "--all", "--queue", "risk").code == 0
    assert ready(broker, DEAD) == 0
    arrived = in_work_queue(broker)
    assert list(dict.fromkeys(arrived)) == made
    assert len(arrived) - len(made) <= 1


def test_a_look_that_is_killed_leaves_everything_where_it_was(
    operator: Operator, broker: SharedBroker
) -> None:
    made = many(broker, MANY)
    look = [sys.executable, "-c", LOOKS_AND_DIES, operator.amqp_uri, str(MANY // 2)]
    assert subprocess.run(look, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    until(lambda: ready(broker, DEAD) == MANY, within=20)
    assert ids(operator.listed("risk", "--limit", "60000")) == made


def test_a_part_is_not_taken_for_the_whole(operator: Operator, broker: SharedBroker) -> None:
    many(broker, 3)
    with bus(operator.amqp_uri) as connection, desk(connection, "risk") as at:
        broker.control("purge_queue", DEAD)
        with pytest.raises(CannotReach, match="only 0 of 3 dead letters of risk came"):
            list(at.letters())


def test_a_letter_that_dies_again_at_once_is_met_once(
    operator: Operator, broker: SharedBroker, stack: Stack
) -> None:
    stack.start("risk")
    event = example("session_recorded") | {"event_id": new_id(), "case_id": new_id()}
    told = {"x-queue": WORK, "x-attempt": 5}
    publish(broker, DEAD, WORK, event, headers=told)
    assert operator.run("replay", "--all", "--queue", "risk").out == "replayed 1, left 0\n"
    stack.stop("risk")


def test_while_the_bus_is_away_it_is_said_what_to_do(operator: Operator) -> None:
    away = replace(operator, amqp_uri=f"amqp://u:secret@127.0.0.1:{ports.free(1)[0]}/casework")
    for arguments in (["list"], ["show", "x"], ["replay", "--all"], ["drop", "x", "--reason", WHY]):
        said = away.run(*arguments)
        assert said.code == 2
        assert "does not answer" in said.err
        assert "make run, or set AMQP_URI" in said.err
        assert "secret" not in said.err


def test_a_wrong_password_is_told_without_it(operator: Operator) -> None:
    stranger = replace(operator, amqp_uri=operator.amqp_uri.replace("operator:", "operator:x"))
    said = stranger.run("list")
    assert (said.code, "does not let this user in" in said.err) == (2, True)
    assert stranger.amqp_uri.split("@")[0].split(":")[2] not in said.err


@pytest.mark.parametrize("uri", ["nonsense", "amqp://host:port/x", ""])
def test_an_address_that_is_none_is_refused(operator: Operator, uri: str) -> None:
    said = replace(operator, amqp_uri=uri).run("list")
    assert said.code == 2
    assert said.err.startswith("Error: ")


@pytest.mark.parametrize("command", [["replay"], ["drop", "--reason", WHY]])
def test_what_cannot_be_written_down_is_not_done(
    operator: Operator, broker: SharedBroker, own_mongo: OwnMongo, command: Sequence[str]
) -> None:
    own_mongo.kill()
    made = many(broker, 3)
    away = replace(operator, mongo=own_mongo)
    said = away.run(command[0], made[1], *command[1:])
    assert said.code == 2
    assert "the database of risk does not take this down" in said.err
    assert ids(operator.listed()) == made
    assert ready(broker, WORK) == 0


def test_when_the_bus_dies_in_the_middle_the_rest_is_left(
    operator: Operator, own_broker: OwnBroker
) -> None:
    queues(own_broker)
    made = many(own_broker, MANY)
    there = replace(operator, amqp_uri=own_broker.uri)
    replay = there.start("replay", "--all", "--queue", "risk")
    until(lambda: ready(own_broker, WORK) > 100, within=30)
    own_broker.kill()
    out, err = replay.communicate(timeout=60)
    assert replay.returncode == 2, err
    assert "What was not done yet is left" in err
    assert out.startswith("replayed ")
    own_broker.start()
    assert there.run("replay", "--all", "--queue", "risk").code == 0
    arrived = in_work_queue(own_broker)
    assert list(dict.fromkeys(arrived)) == made


def test_a_queue_without_a_leader_is_not_taken_for_empty(
    operator: Operator, own_broker: OwnBroker
) -> None:
    queues(own_broker)
    many(own_broker, 3)
    own_broker.control("eval", LOSE_THE_LEADER.format(queue=DEAD))
    for arguments in (["list", "--queue", "risk"], ["replay", "--all", "--queue", "risk"]):
        said = replace(operator, amqp_uri=own_broker.uri).run(*arguments)
        assert said.code == 2
        assert "the queue of the dead letters of risk has no leader" in said.err


def test_where_its_queue_is_missing_a_letter_is_left(
    operator: Operator, broker: SharedBroker
) -> None:
    made = many(broker, 2)
    broker.control("delete_queue", WORK)
    said = operator.run("replay", "--all")
    queues(broker)
    assert said.code == 1
    assert f"{WORK} is not there: start risk once" in said.err
    assert ids(operator.listed()) == made


def test_a_message_at_which_its_consumer_keeps_dying_is_kept_and_goes_back_by_one_command(
    operator: Operator, broker: SharedBroker, stack: Stack
) -> None:
    case = Case(broker)
    stack.start("risk")
    with published(broker, "risk.events") as said:
        case.referred()
        case.assessed(said)
        stack.stop("risk")
        session = case.met(disclosures={"strangulation": "yes"}, incident=True)
        for _ in range(DELIVERY_LIMIT + 1):
            until(lambda: ready(broker, WORK) == 1)
            die_with_a_message(broker)
        (letter,) = until(operator.listed, within=20)
        assert letter["event_id"] == session["event_id"]
        assert letter["reason"].startswith("its consumer died, or let go of it, too often")
        assert letter["queue"] == WORK
        assert operator.run("replay", letter["event_id"]).code == 0
        stack.start("risk")
        newest = case.assessed(said, times=2, within=20)[-1]
    assert newest["data"]["source"]["id"] == session["data"]["session_id"]
    assert operator.listed() == []
    stack.stop("risk")


def test_the_service_itself_buries_what_comes_back_too_often_and_answers_for_it(
    operator: Operator, broker: SharedBroker, stack: Stack
) -> None:
    queues(broker)
    place = f"sessions/{new_id()}/7"
    event = example("session_recorded") | {"event_id": new_id(), "case_id": new_id()}
    with published(broker, "sessions.heard", kind="fanout") as heard:
        publish(broker, "", WORK, event, correlation_id=place)
        for _ in range(MOST_RETURNED + 1):
            until(lambda: ready(broker, WORK) == 1)
            die_with_a_message(broker)
        stack.start("risk")
        (letter,) = until(operator.listed, within=20)
        assert letter["reason"] == WORN_OUT
        until(lambda: any(place in answer["heard"] for answer in heard))
    stack.stop("risk")


def test_the_publisher_of_what_is_dropped_is_told_that_it_was_heard(
    operator: Operator, broker: SharedBroker
) -> None:
    queues(broker)
    place = f"sessions/{new_id()}/7"
    event = example("session_recorded") | {"event_id": new_id()}
    with published(broker, "sessions.heard", kind="fanout") as heard:
        publish(broker, DEAD, WORK, event, correlation_id=place)
        (letter,) = until(operator.listed)
        assert operator.run("drop", letter["event_id"], "--reason", WHY).code == 0
        (answer,) = until(lambda: list(heard))
    assert answer == {"by": "risk", "event": "session_recorded.v1", "heard": [place]}


def die_with_a_message(broker: SharedBroker) -> None:
    """Have a process take a message and be killed with it in hand."""
    dead = subprocess.run([sys.executable, "-c", DIES, broker.uri, WORK], check=False)
    assert dead.returncode == -signal.SIGKILL
