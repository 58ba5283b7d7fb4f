"""Messages that come again, come late, or should never have been sent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pika
from pika.adapters.blocking_connection import BlockingChannel

from services.contracts.catalogue import CONTRACTS
from tests.chaos.faults.kinds import BUS, Kind, Planned, nothing
from tests.chaos.tap import Heard

if TYPE_CHECKING:
    from tests.chaos.system import System

RECENT, OLD = 40, 60


def say_again(system: System, _fault: Planned) -> None:
    """Publish again what was published last, each event under its own id."""
    _publish(system, list(system.tap.heard)[-RECENT:])


def say_backwards(system: System, _fault: Planned) -> None:
    """Publish again the oldest that is remembered, the last of it first."""
    _publish(system, list(system.tap.heard)[:OLD][::-1])


def say_nonsense(system: System, fault: Planned) -> None:
    """Publish what nobody can read, on every queue of one service."""
    chance = Random(fault.salt)
    said = list(system.tap.heard)[-1:]
    hearer = chance.choice(sorted({h for c in CONTRACTS for h in c.lasting_hearers}))
    queues = [f"{hearer}.{c.routing_key}" for c in CONTRACTS if hearer in c.lasting_hearers]
    with system.bus.channel() as channel:
        channel.confirm_delivery()
        for body in (b"", b"\xff\xfe", b"{}", b"[1]", *map(_wrong, said)):
            message = str(UUID(int=chance.getrandbits(128)))
            system.ledger.write("malformed", message=message)
            _send(channel, Heard("", chance.choice(queues), body, message, ""))


def _wrong(message: Heard) -> bytes:
    """Return a real message of a version that there is not."""
    told: dict[str, Any] = json.loads(message.body)
    return json.dumps({**told, "version": 99}).encode()


def _publish(system: System, said: Sequence[Heard]) -> None:
    with system.bus.channel() as channel:
        channel.confirm_delivery()
        for each in said:
            _send(channel, each)


def _send(channel: BlockingChannel, said: Heard) -> None:
    properties = pika.BasicProperties(
        content_type="application/json",
        delivery_mode=pika.DeliveryMode.Persistent.value,
        message_id=said.message_id,
        correlation_id=said.place or None,
    )
    channel.basic_publish(said.exchange, said.routing_key, said.body, properties)


KINDS = (
    Kind("say again", (BUS,), 0, 1, say_again, nothing, parks=True),
    Kind("say old things", (BUS,), 0, 1, say_backwards, nothing, parks=True),
    Kind("say nonsense", (BUS,), 0, 1, say_nonsense, nothing, parks=True),
)
