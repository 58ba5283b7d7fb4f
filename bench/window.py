"""The fastest that one pika connection publishes: confirmed, with so many unconfirmed at a time."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pika

UNCONFIRMED = 256


class Refused(Exception):
    """The broker did not take a message, or closed."""


class Window:
    """One connection that publishes the same message until it has done so for long enough."""

    def __init__(self, uri: str, queue: str, body: bytes, properties: pika.BasicProperties) -> None:
        self._queue, self._body, self._properties = queue, body, properties
        self._sent = 0
        self._open: set[int] = set()
        self._error: Exception | None = None
        self._connection = pika.SelectConnection(
            pika.URLParameters(uri),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self._begin),
            on_open_error_callback=self._closed,
            on_close_callback=self._closed,
        )

    def run(self, seconds: float, most: float) -> float:
        """Publish for so long, or so many; return how many a second were confirmed."""
        self._seconds, self._most = seconds, most
        self._connection.ioloop.start()
        if self._error is not None:
            raise self._error
        return self._sent / (self._ended - self._began)

    def _begin(self, channel: Any) -> None:
        self._channel = channel
        channel.confirm_delivery(self._confirmed, callback=lambda _: self._start())

    def _start(self) -> None:
        self._began = monotonic()
        self._fill()

    def _fill(self) -> None:
        while len(self._open) < UNCONFIRMED and not self._is_over():
            self._channel.basic_publish("", self._queue, self._body, self._properties)
            self._sent += 1
            self._open.add(self._sent)
        if not self._open and not self._connection.is_closing:
            self._ended = monotonic()
            self._connection.close()

    def _is_over(self) -> bool:
        return self._sent >= self._most or monotonic() - self._began >= self._seconds

    def _confirmed(self, frame: Any) -> None:
        if not isinstance(frame.method, pika.spec.Basic.Ack):
            self._error = Refused("the broker did not take a message")
        self._open -= settled(self._open, frame.method.delivery_tag, frame.method.multiple)
        self._fill()

    def _closed(self, _connection: Any, reason: Exception) -> None:
        if self._open or not self._sent:
            self._error = Refused(str(reason))
        self._connection.ioloop.stop()


def settled(waiting: set[int], tag: int, multiple: bool) -> set[int]:
    """Return which of those that wait are meant by a confirmation: one, or all up to it."""
    return {each for each in waiting if each <= tag} if multiple else waiting & {tag}
