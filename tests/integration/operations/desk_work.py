"""The command line as an operator uses it, and dead letters as they come about."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pika

from deploy.local.layout import ROOT
from services.chassis.ids import new_id
from services.chassis.messaging.topology import QUORUM
from services.contracts.catalogue import CONTRACTS
from tests.support import example, until
from tests.support.bus import Bus, ready
from tests.support.stack import Store

DEAD, WORK = "risk.dead-letters", "risk.session_recorded.v1"
OUR_SETTINGS = ("AMQP_URI", "MONGODB_URI", "DATABASE_PREFIX")


@dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Operator:
    """Somebody with a shell, and a user on the bus."""

    amqp_uri: str
    mongo: Store

    def run(self, *arguments: str) -> Said:
        return self.run_in(self.environment, "dead-letters", *arguments)

    @staticmethod
    def run_in(environment: Mapping[str, str], *arguments: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "services.operations", *arguments],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def listed(self, consumer: str = "risk", *options: str) -> list[dict[str, Any]]:
        """Return the dead letters of a consumer as `list --json` tells them."""
        said = self.run("list", "--queue", consumer, "--json", *options)
        assert said.code == 0, said.err
        letters: list[dict[str, Any]] = said.json["consumers"][0]["dead_letters"]
        return letters

    @property
    def environment(self) -> dict[str, str]:
        own = (self.amqp_uri, self.mongo.uri, self.mongo.prefix)
        return {**os.environ, **dict(zip(OUR_SETTINGS, own, strict=True))}

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "services.operations", "dead-letters", *arguments]


def queues(broker: Bus, consumer: str = "risk") -> None:
    """Declare a consumer's work queues and dead letters, as its process does at its start."""
    dead = f"{consumer}.dead-letters"
    with pika.BlockingConnection(pika.URLParameters(broker.uri)) as connection:
        channel = connection.channel()
        channel.exchange_declare(dead, "fanout", durable=True)
        for name in (dead, *work_queues(consumer)):
            channel.queue_declare(name, durable=True, arguments=QUORUM)
        channel.queue_bind(dead, dead)


def work_queues(consumer: str) -> list[str]:
    return [f"{consumer}.{c.routing_key}" for c in CONTRACTS if consumer in c.lasting_hearers]


def many(broker: Any, count: int) -> list[str]:
    """Put so many events into the dead letters of risk; return their ids in order."""
    event, made = example("session_recorded"), [new_id() for _ in range(count)]
    told = pika.BasicProperties(
        delivery_mode=2, headers={"x-queue": WORK, "x-reason": "ValueError"}
    )
    with pika.BlockingConnection(pika.URLParameters(broker.uri)) as connection:
        channel = connection.channel()
        for event_id in made:
            body = json.dumps(event | {"event_id": event_id}).encode()
            channel.basic_publish(DEAD, WORK, body, told)
    until(lambda: ready(broker, DEAD) == count)
    return made


def bodies(broker: Bus, queue: str) -> list[bytes]:
    """Take everything out of a queue."""
    found = []
    with pika.BlockingConnection(pika.URLParameters(broker.uri)) as connection:
        channel = connection.channel()
        while (told := channel.basic_get(queue, auto_ack=True))[0] is not None:
            found.append(told[2] or b"")
    return found


def ids(letters: Sequence[dict[str, Any]]) -> list[str]:
    return [letter["event_id"] for letter in letters]
