"""A tap on the bus: every publication as the broker took it, without a queue of ours in its way.

RabbitMQ's tracer copies what is published, with the connection that published it, to an exchange of
its own; no route changes by it, so an event that no queue takes is still returned to its publisher.
It is off after each start of the broker, and `open` turns it on.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pika.exceptions import AMQPError

from deploy.local.definitions import OWNER
from tests.chaos.doubling import Publication
from tests.chaos.servers import Bus

KEPT = 400
TRACER = "amq.rabbitmq.trace"


@dataclass(frozen=True, slots=True)
class Heard:
    """One real message, as it was published; `place` is where it waits in its outbox."""

    exchange: str
    routing_key: str
    body: bytes
    message_id: str
    place: str


class Tap:
    """Listens in a thread of its own, and comes back whenever the broker does."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.heard: deque[Heard] = deque(maxlen=KEPT)
        self.publications: list[Publication] = []
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
        told = traced["properties"]
        key, place = str(traced["routing_keys"][0]), str(told.get("correlation_id", ""))
        self.heard.append(Heard(exchange, key, body, str(told["message_id"]), place))
        aggregate, _, seq = place.rpartition("/")
        self.publications.append(
            Publication(
                str(told["message_id"]), aggregate, int(seq), str(traced["connection"]), time.time()
            )
        )
