"""A tap on the bus: every publication as the broker took it, without a queue of ours in its way.

RabbitMQ's tracer copies what is published, with the connection that published it, to an exchange of
its own; no route changes by it, so an event that no queue takes is still returned to its publisher.
It is off after each start of the broker, and `open` turns it on.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pika.exceptions import AMQPError

from deploy.local.definitions import OWNER
from tests.chaos.servers import Bus

KEPT = 400
REMEMBERED = 20_000
TRACER = "amq.rabbitmq.trace"


@dataclass(frozen=True, slots=True)
class Heard:
    """One real message, as it was published."""

    exchange: str
    routing_key: str
    body: bytes
    headers: Mapping[str, Any]
    message_id: str | None


@dataclass(frozen=True, slots=True)
class Repeat:
    """An event that two connections published within a moment: the same work done twice."""

    event_id: str
    at: float
    apart_s: float


class Tap:
    """Listens in a thread of its own, and comes back whenever the broker does."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.heard: deque[Heard] = deque(maxlen=KEPT)
        self.publications = 0
        self.repeats: list[Repeat] = []
        self._last: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tap", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self.open()
        self._thread.start()

    def open(self) -> None:
        """Have the broker copy what is published; to be said again after each of its starts."""
        self._bus.control("trace_on", "-p", self._bus.vhost)

    def stop(self) -> None:
        """Listen no more."""
        self._over.set()

    def hear(self, message: Heard, publisher: str, at: float) -> None:
        """Note a publication and who made it."""
        self.publications += 1
        self.heard.append(message)
        if message.message_id is None:
            return
        before = self._last.get(message.message_id)
        self._last[message.message_id] = (at, publisher)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        if before is not None and before[1] != publisher:
            self.repeats.append(Repeat(message.message_id, at, at - before[0]))

    def _run(self) -> None:
        while not self._over.is_set():
            with suppress(AMQPError, OSError):
                self._listen()
            self._over.wait(0.5)

    def _listen(self) -> None:
        with self._bus.channel() as channel:
            queue = channel.queue_declare("", exclusive=True).method.queue
            channel.queue_bind(queue, TRACER, "publish.#")
            for method, properties, body in channel.consume(
                queue, auto_ack=True, inactivity_timeout=0.5
            ):
                if self._over.is_set():
                    return
                if method is not None:
                    self._take(properties.headers, body)

    def _take(self, traced: Mapping[str, Any], body: bytes) -> None:
        exchange = str(traced["exchange_name"])
        if not exchange.endswith(".events") or traced["user"] == OWNER:
            return  # an answer, or what the rig itself has said
        of_message = traced.get("properties", {})
        message = Heard(
            exchange,
            str(traced["routing_keys"][0]),
            body,
            of_message.get("headers") or {},
            of_message.get("message_id"),
        )
        self.hear(message, str(traced["connection"]), time.time())


def event_of(message: Heard) -> dict[str, Any]:
    """Return the envelope of a message."""
    told: dict[str, Any] = json.loads(message.body)
    return told
