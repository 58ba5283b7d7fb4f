"""A channel in confirm mode: what is sent on it is told when the broker has it, or has not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pika
from pika.channel import Channel

Settle = Callable[[bool], None]


class Outgoing:
    """Sends on one channel; forgets everything when the channel is gone."""

    def __init__(self) -> None:
        self._channel: Channel | None = None
        self._unconfirmed: dict[int, Settle] = {}
        self._last_tag = 0

    def open(self, channel: Channel, then: Callable[[], None]) -> None:
        """Begin with a new channel, on which the broker counts from 1."""
        self._channel, self._last_tag = channel, 0
        self._unconfirmed.clear()
        channel.confirm_delivery(self._on_confirm, callback=lambda _: then())

    def close(self) -> None:
        """Forget the channel, and what was not confirmed on it."""
        self._channel = None
        self._unconfirmed.clear()

    def move(
        self, exchange: str, key: str, body: bytes, properties: pika.BasicProperties, settle: Settle
    ) -> None:
        """Send what must arrive in a queue; `settle` is told whether the broker has it."""
        if self._channel is not None:
            self._last_tag += 1
            self._unconfirmed[self._last_tag] = settle
            self._channel.basic_publish(exchange, key, body, properties, mandatory=True)

    def _on_confirm(self, frame: Any) -> None:
        tag, is_ack = frame.method.delivery_tag, isinstance(frame.method, pika.spec.Basic.Ack)
        tags = [t for t in self._unconfirmed if t <= tag] if frame.method.multiple else [tag]
        for each in tags:
            settle = self._unconfirmed.pop(each, None)
            if settle is not None:
                settle(is_ack)
