"""The private broker and database keep what they acknowledged, under our policies."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pika
import pytest

from deploy.local.definitions import POLICIES, policies
from deploy.local.keys import ensure_keys
from services.chassis.messaging.topology import QUORUM, dead_letters
from tests.support import publish, until
from tests.support.bus import ready

QUEUE = "risk.referral_submitted.v1"
CONSUMERS = ("referrals", "risk", "sessions", "notifications")


@pytest.fixture
def work_queue(broker: Any) -> str:
    """A work queue of the risk service with its dead letters behind it, as the chassis declares."""
    with pika.BlockingConnection(pika.URLParameters(broker.uri)) as connection:
        channel = connection.channel()
        dead = dead_letters("risk")
        channel.exchange_declare(dead, "fanout", durable=True)
        for name in (dead, QUEUE):
            channel.queue_declare(name, durable=True, arguments=QUORUM)
        channel.queue_bind(dead, dead)
    return QUEUE


def test_a_message_that_is_refused_for_ever_ends_among_the_dead_letters(
    broker: Any, work_queue: str
) -> None:
    publish(broker, "", work_queue, {"event_id": "1"})
    with pika.BlockingConnection(pika.URLParameters(broker.uri)) as connection:
        channel = connection.channel()
        refused = refuse_all(channel, work_queue)
    assert refused == 21
    until(lambda: ready(broker, dead_letters("risk")) == 1)
    assert ready(broker, work_queue) == 0


def refuse_all(channel: Any, queue: str) -> int:
    """Give a message back until it does not come any more; return how often it came."""
    count = 0
    for method, _properties, _body in channel.consume(queue, inactivity_timeout=1):
        if method is None:
            break
        count += 1
        channel.basic_reject(method.delivery_tag, requeue=True)
    channel.cancel()
    return count


def test_every_consumer_has_its_policy_dead_letters_are_kept_and_answers_may_be_lost() -> None:
    assert {policy["name"] for policy in policies()} == {
        *(f"{consumer}-work" for consumer in CONSUMERS),
        "dead-letters-are-kept",
        "answers-may-be-lost",
    }


def test_policies_are_a_definitions_file_as_it_stands(own_broker: Any) -> None:
    path = own_broker.folder / "policies.json"
    path.write_text(json.dumps({"vhosts": [{"name": "/"}], **json.loads(POLICIES.read_text())}))
    own_broker.control("import_definitions", str(path))
    assert own_broker.control("list_policies", "-p", "/").count("risk.dead-letters") == 1


def test_a_confirmed_message_outlives_the_broker(own_broker: Any) -> None:
    with pika.BlockingConnection(pika.URLParameters(own_broker.uri)) as connection:
        connection.channel().queue_declare("kept", durable=True, arguments=QUORUM)
    for number in range(20):
        publish(own_broker, "", "kept", {"number": number})
    until(lambda: is_on_disk(own_broker, "kept"))
    own_broker.kill()
    own_broker.start()
    until(lambda: ready(own_broker, "kept") == 20, within=20)


def is_on_disk(broker: Any, queue: str) -> bool:
    """Does the node's directory of quorum queues name this one?

    RabbitMQ 3.10 writes it some 500 ms after a queue is first declared. Killed before that, it
    loses the queue's log with every confirmed message in it.
    """
    [directory] = broker.folder.glob("rabbitmq/data/*/quorum/*/names.dets")
    return queue.encode() in directory.read_bytes()


def test_an_acknowledged_write_outlives_the_database(own_mongo: Any) -> None:
    things = own_mongo.database("risk")["things"]
    for number in range(50):
        things.insert_one({"_id": number})
    own_mongo.kill()
    own_mongo.start()
    until(lambda: things.count_documents({}) == 50)


def test_secrets_are_made_once_and_are_nobody_elses(tmp_path: Path) -> None:
    first = ensure_keys(tmp_path / "secrets")
    contents = {path: path.read_bytes() for path in first.folder.iterdir()}
    ensure_keys(tmp_path / "secrets")
    assert {path: path.read_bytes() for path in first.folder.iterdir()} == contents
    assert {stat.S_IMODE(path.stat().st_mode) for path in contents} == {0o600}
    assert stat.S_IMODE(first.folder.stat().st_mode) == 0o700
    assert first.vault("risk").stat().st_size == 96
    assert first.blind_index.stat().st_size == 32
