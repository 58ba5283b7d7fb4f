"""A tap for alerts: a queue of its own at the exchange where a system says that it raised one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Self

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic, BasicProperties

LOOK_EVERY_S = 0.2
OPEN_WITHIN_S = 15.0


class Tap:
    """Notes when the first alert of each case came; it listens in a thread of its own."""

    def __init__(
        self, uri: str, exchange: str, routing_key: str, case_of: Callable[[bytes], str]
    ) -> None:
        self._uri, self._exchange, self._routing_key = uri, exchange, routing_key
        self._case_of = case_of
        self._heard: list[tuple[float, bytes]] = []
        self._first: dict[str, float] = {}
        self._read = 0
        self._over, self._is_open = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._listen, name="tap", daemon=True)

    @property
    def count(self) -> int:
        """Return how many messages have come, the same alert twice among them."""
        return len(self._heard)

    def alerts(self) -> Mapping[str, float]:
        """Return when each case was first heard of; an alert may be said twice."""
        while self._read < len(self._heard):
            at, body = self._heard[self._read]
            self._first.setdefault(self._case_of(body), at)
            self._read += 1
        return self._first

    @property
    def cases(self) -> int:
        """Return how many cases have been heard of."""
        return len(self.alerts())

    def __enter__(self) -> Self:
        """Listen until the end of the block."""
        self._thread.start()
        if not self._is_open.wait(OPEN_WITHIN_S):
            raise TimeoutError(f"nobody could listen at {self._exchange}")
        return self

    def __exit__(self, *_error: object) -> None:
        """Listen no more."""
        self._over.set()
        self._thread.join()

    def _listen(self) -> None:
        with pika.BlockingConnection(pika.URLParameters(self._uri)) as connection:
            channel = connection.channel()
            queue = channel.queue_declare("", exclusive=True).method.queue
            channel.queue_bind(queue, self._exchange, self._routing_key)
            channel.basic_consume(queue, self._note, auto_ack=True)
            self._is_open.set()
            while not self._over.is_set():
                connection.process_data_events(time_limit=LOOK_EVERY_S)

    def _note(
        self, _channel: BlockingChannel, _how: Basic.Deliver, _told: BasicProperties, body: bytes
    ) -> None:
        self._heard.append((monotonic(), body))
