"""What is on the bus, by passive declarations: they need no right but to be let in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from services.operations.bus import REFUSED, bus
from services.operations.desk import NO_QUEUE, how_many
from services.operations.doctor.expected import ladder_queues, work_queues
from services.operations.doctor.findings import NotPermitted


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue as it stands: how many messages wait in it, and how many take from it."""

    name: str
    waiting: int
    takers: int


class Sight:
    """What one connection sees."""

    def __init__(self, connection: pika.BlockingConnection) -> None:
        self._connection = connection
        self._channel: BlockingChannel | None = None

    @property
    def server(self) -> tuple[str, str]:
        """Return the broker's product and version; pika has no public place for these."""
        told = self._connection._impl.server_properties or {}
        return _text(told.get("product", "?")), _text(told.get("version", "?"))

    def queue(self, name: str) -> Queue | None:
        """Return a queue, or None where there is none of this name."""
        told = self._asked(lambda channel: channel.queue_declare(name, passive=True))
        return told and Queue(name, told.method.message_count, told.method.consumer_count)

    def has_exchange(self, name: str) -> bool:
        """Tell whether there is an exchange of this name."""
        told = self._asked(lambda channel: channel.exchange_declare(name, passive=True))
        return told is not None

    def _asked(self, ask: Callable[[BlockingChannel], Any]) -> Any:
        if self._channel is None or not self._channel.is_open:
            self._channel = self._connection.channel()
        try:
            with permitted():
                return ask(self._channel)
        except ChannelClosedByBroker as error:
            if error.reply_code == NO_QUEUE:
                return None
            raise


@dataclass(frozen=True, slots=True)
class Depths:
    """How much of a consumer's waits: to be handled, to be tried again, and dead."""

    work: int
    retry: int
    dead: int | None
    takers: int


def depths(uri: str, consumer: str) -> Depths:
    """Return how much of a consumer's waits; what is not there counts as nothing.

    Raises:
        CannotReach: the bus does not answer, or nobody knows how many dead letters there are.
        NotPermitted: this user may not look.

    """
    with bus(uri) as connection:
        sight = Sight(connection)
        work = [found for name in work_queues(consumer) if (found := sight.queue(name))]
        retry = [found for name in ladder_queues(consumer) if (found := sight.queue(name))]
    return Depths(
        sum(each.waiting for each in work),
        sum(each.waiting for each in retry),
        dead_letters_of(uri, consumer),
        min((each.takers for each in work), default=0),
    )


def dead_letters_of(uri: str, consumer: str) -> int | None:
    """Return how many dead letters of a consumer wait; None where there is no such queue.

    It has a connection of its own, which the bus closes where the queue has no leader.

    Raises:
        CannotReach, NotPermitted: as `depths`.

    """
    with bus(uri) as connection, permitted():
        return how_many(connection, consumer)


@contextmanager
def permitted() -> Iterator[None]:
    """Tell a refusal of rights from other ends of a channel.

    Raises:
        NotPermitted: this user of the bus may not do that.

    """
    try:
        yield
    except ChannelClosedByBroker as error:
        if error.reply_code == REFUSED:
            raise NotPermitted("this user of the bus may not look") from None
        raise


def _text(told: Any) -> str:
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)
