"""How many dead letters a consumer has, as a metric: each of its processes asks now and then.

While the bus is away the last figure stays: an alarm must not end because nobody can look. It is
absent only until the first answer. Letters that an operator holds in her hands are not counted.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel

from services.chassis.messaging.topology import dead_letters
from services.chassis.metrics import Metrics

ASK_EVERY_S = 5.0


def watch(connection: SelectConnection, consumer: str, metrics: Metrics) -> None:
    """Ask for as long as a connection lives, on a channel of its own: a refusal closes it."""

    def ask(channel: Channel) -> None:
        if channel.is_open:
            channel.queue_declare(dead_letters(consumer), passive=True, callback=note)
            connection.ioloop.call_later(ASK_EVERY_S, partial(ask, channel))
        elif connection.is_open:
            watch(connection, consumer, metrics)

    def note(declared: Any) -> None:
        metrics.dead_letters.labels(consumer).set(declared.method.message_count)

    connection.channel(on_open_callback=ask)
