"""Exchanges and queues: their names, and the steps that declare them.

Arguments hold only what can never change; limits and dead-lettering of work queues are policies
(`deploy/rabbitmq/policies.json`), so that operators can change them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pika.channel import Channel

from services.chassis.messaging.connection import Step
from services.contracts.catalogue import Contract

LADDER_S = (1, 5, 30, 300)
QUORUM = {"x-queue-type": "quorum"}


def events_exchange(service: str) -> str:
    """Return the exchange on which a service speaks (nameko's own convention)."""
    return f"{service}.events"


def work_queue(consumer: str, contract: Contract) -> str:
    """Return the queue of one consumer for one event."""
    return f"{consumer}.{contract.routing_key}"


def retry_exchange(consumer: str, rung: int) -> str:
    """Return where a message waits on a rung of the retry ladder; rungs count from 1."""
    return f"{consumer}.retry.{LADDER_S[rung - 1]}s"


def dead_letters(consumer: str) -> str:
    """Return the exchange, and the queue, of what a consumer could not take."""
    return f"{consumer}.dead-letters"


def answers(publisher: str) -> str:
    """Return the exchange, and the queue, by which a publisher learns who has heard it."""
    return f"{publisher}.heard"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """One queue to consume from; `exclusive` queues live and die with their connection."""

    queue: str
    contracts: tuple[Contract, ...]
    exclusive: bool = False

    @property
    def consumer(self) -> str:
        """Return whose queue it is: queues are named after their consumers."""
        return self.queue.partition(".")[0]


def work_queues(consumer: str, contracts: Sequence[Contract]) -> tuple[Subscribed, ...]:
    """Return the durable queues of a consumer, one for each event that it hears."""
    return tuple(Subscribed(work_queue(consumer, contract), (contract,)) for contract in contracts)


def declaration(channel: Channel, subscribed: Sequence[Subscribed]) -> list[Step]:
    """Return the steps that declare queues and bind them to their publishers' exchanges."""
    return [step for item in subscribed for step in _queue_steps(channel, item)]


def ladder(channel: Channel, consumer: str) -> list[Step]:
    """Return the steps that declare a consumer's retry ladder and dead letters."""
    steps = _pair(channel, dead_letters(consumer), QUORUM)
    for rung, seconds in enumerate(LADDER_S, start=1):
        steps += _pair(channel, retry_exchange(consumer, rung), _waiting(seconds))
    return steps


def answers_taken(channel: Channel, publisher: str) -> list[Step]:
    """Return the steps by which a publisher declares where it takes answers."""
    return _pair(channel, answers(publisher), QUORUM)


def answers_given(channel: Channel, publishers: Sequence[str]) -> list[Step]:
    """Return the steps by which a hearer declares where it answers those whom it hears."""
    return [partial(_declare_exchange, channel, answers(each), "fanout") for each in publishers]


def _queue_steps(channel: Channel, item: Subscribed) -> list[Step]:
    kind: dict[str, Any] = {"exclusive": True} if item.exclusive else {"arguments": QUORUM}
    durable = not item.exclusive
    steps: list[Step] = [
        lambda then: channel.queue_declare(item.queue, durable=durable, callback=then, **kind)
    ]
    for contract in item.contracts:
        exchange = events_exchange(contract.publisher)
        steps.append(partial(_declare_exchange, channel, exchange, "topic"))
        steps.append(partial(_bind, channel, item.queue, exchange, contract.routing_key))
    return steps


def _pair(channel: Channel, name: str, arguments: dict[str, Any]) -> list[Step]:
    """Return the steps for a fanout exchange with the one queue of the same name behind it."""
    return [
        partial(_declare_exchange, channel, name, "fanout"),
        lambda then: channel.queue_declare(name, durable=True, arguments=arguments, callback=then),
        partial(_bind, channel, name, name, ""),
    ]


def _waiting(seconds: int) -> dict[str, Any]:
    """Messages wait here, then go back to the work queue that their routing key names."""
    return {
        **QUORUM,
        "x-message-ttl": seconds * 1000,
        "x-dead-letter-exchange": "",
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def _declare_exchange(channel: Channel, name: str, kind: str, then: Any) -> None:
    channel.exchange_declare(name, kind, durable=True, callback=then)


def _bind(channel: Channel, queue: str, exchange: str, key: str, then: Any) -> None:
    channel.queue_bind(queue, exchange, routing_key=key, callback=then)
