"""Speak on the bus and listen to it, from outside of every service."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, overload

import pika
from pika.adapters.blocking_connection import BlockingChannel

from services import contracts

EXAMPLES = Path(contracts.__file__).parent / "examples"
PERSISTENT = 2


class Bus(Protocol):
    """Something with the address of a virtual host."""

    @property
    def uri(self) -> str:
        """Return an AMQP URI."""


class Published(Sequence[Any]):
    """The messages that came since listening began, as Python values; looks again when asked."""

    def __init__(self, channel: BlockingChannel, queue: str) -> None:
        self._channel, self._queue = channel, queue
        self._found: list[Any] = []

    def __len__(self) -> int:
        self._look()
        return len(self._found)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        self._look()
        return self._found[index]

    def __repr__(self) -> str:
        return f"Published({self._found!r})"

    def _look(self) -> None:
        while self._channel.is_open:
            method, _properties, body = self._channel.basic_get(self._queue, auto_ack=True)
            if method is None or body is None:
                return
            self._found.append(json.loads(body))


@contextmanager
def published(
    broker: Bus, exchange: str, key: str = "#", *, kind: str = "topic"
) -> Iterator[Published]:
    """Listen to an exchange by a temporary queue; what came stays readable afterwards."""
    with channel_of(broker) as channel:
        channel.exchange_declare(exchange, kind, durable=True)
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, exchange, key)
        heard = Published(channel, queue)
        yield heard
        len(heard)


def example(event_type: str, version: int = 1) -> dict[str, Any]:
    """Return the golden example of an event, to be changed at will."""
    told: dict[str, Any] = json.loads((EXAMPLES / f"{event_type}.v{version}.json").read_bytes())
    return told


def publish(
    broker: Bus,
    exchange: str,
    key: str,
    body: bytes | Mapping[str, Any],
    *,
    headers: Mapping[str, Any] | None = None,
    message_id: str | None = None,
    correlation_id: str | None = None,
) -> None:
    """Publish one persistent message, and return when the bus has it in a queue.

    Raises:
        pika.exceptions.UnroutableError: no queue is bound for it.

    """
    properties = pika.BasicProperties(
        content_type="application/json",
        delivery_mode=PERSISTENT,
        message_id=message_id,
        correlation_id=correlation_id,
        headers=dict(headers or {}),
    )
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    with channel_of(broker) as channel:
        channel.confirm_delivery()
        channel.basic_publish(exchange, key, raw, properties, mandatory=True)


def ready(broker: Bus, queue: str) -> int:
    """Return how many messages wait in a queue; those that are being handled do not count."""
    with channel_of(broker) as channel:
        count: int = channel.queue_declare(queue, passive=True).method.message_count
        return count


def taken(broker: Bus, queue: str) -> Any:
    """Take the first message of a queue for good: (properties, body), or None."""
    with channel_of(broker) as channel:
        method, properties, body = channel.basic_get(queue, auto_ack=True)
        return None if method is None else (properties, body)


@contextmanager
def channel_of(broker: Bus) -> Iterator[BlockingChannel]:
    """Open a connection, and give a channel of it."""
    parameters = pika.URLParameters(broker.uri)
    parameters.heartbeat = 0  # a test's own thread answers none while it waits elsewhere
    connection = pika.BlockingConnection(parameters)
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()
