"""The dead letters of one consumer on an operator's desk: held, looked at, sent back, removed.

Nothing is lost whenever this process dies: a letter leaves its queue only after the broker has
confirmed its copy, or after its removal has been written down. Until then it is merely held, and
lies in its old place again when the channel closes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from time import monotonic
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import (
    ChannelClosedByBroker,
    ConnectionClosedByBroker,
    NackError,
    UnroutableError,
)

from services.chassis.messaging.answers import encode
from services.chassis.messaging.topology import answers, dead_letters
from services.operations.letter import DeadLetter, read_letter
from services.operations.refusals import CannotReach
from services.operations.wayback import WayBack

NO_QUEUE, LOCKED = 404, 405
FREE_WITHIN_S = 15.0
ASK_AGAIN_S = 0.2
BACK_WITHIN_S = 5.0
ARRIVES_WITHIN_S, QUIET_AFTER_S = 5.0, 0.05
MOST_HELD = 65_535  # what AMQP can count to here


class NotSent(Exception):
    """The broker did not take the copy; the letter stays where it is, and the message says why."""


class Desk:
    """The dead letters of one consumer, in one operator's hands.

    `waiting` is how many there were when she came; None if the queue is not there yet.
    """

    def __init__(self, connection: pika.BlockingConnection, consumer: str) -> None:
        self.consumer = consumer
        self.waiting = how_many(connection, consumer, FREE_WITHIN_S)
        self._connection = connection
        self._incoming: BlockingChannel = connection.channel()
        self._outgoing: BlockingChannel = connection.channel()
        self._outgoing.confirm_delivery()
        self._tags: dict[int, int] = {}
        self._is_reading = False

    def letters(self, limit: int | None = None) -> Iterator[DeadLetter]:
        """Yield what was there when she came, the first to die first.

        What dies meanwhile is left for the next time, or a letter that dies again at once would be
        met for ever. They are consumed, not got one by one: that keeps their order when they go
        back, which otherwise quorum queues mix.

        Raises:
            CannotReach: not all came, so that nobody takes a part for the whole.

        """
        there = self.waiting or 0
        wanted = there if limit is None else min(limit, there)
        if not wanted:
            return
        self._incoming.basic_qos(prefetch_count=min(wanted, MOST_HELD))
        self._is_reading = True
        arriving, place = islice(self._arriving(ARRIVES_WITHIN_S), wanted), 0
        for place, (method, properties, body) in enumerate(arriving, start=1):
            self._tags[place] = method.delivery_tag
            yield read_letter(self.consumer, place, method.routing_key, properties, body)
        if place < wanted:
            raise CannotReach(
                f"only {place:,} of {wanted:,} dead letters of {self.consumer} came from the bus "
                f"(at most {MOST_HELD:,} can be held at once); the rest is left: run it again."
            )

    def send_back(self, letter: DeadLetter, way: WayBack) -> None:
        """Put a copy into its work queue, and remove the letter once the broker has confirmed it.

        To die between the two leaves both: the copy's receipt lets the second change nothing.

        Raises:
            NotSent: no queue took it.

        """
        properties = pika.BasicProperties(
            content_type=letter.content_type,
            delivery_mode=pika.DeliveryMode.Persistent.value,
            message_id=letter.message_id,
            correlation_id=letter.correlation_id,
            headers=dict(way.headers),
        )
        try:
            self._outgoing.basic_publish("", way.queue, way.body, properties, mandatory=True)
        except UnroutableError:
            raise NotSent(f"{way.queue} is not there: start {self.consumer} once") from None
        except NackError:
            raise NotSent(f"{way.queue} takes no more: let {self.consumer} catch up") from None
        self.remove(letter)

    def remove(self, letter: DeadLetter) -> None:
        """Take a letter out of the queue for good."""
        self._incoming.basic_ack(self._tags.pop(letter.place))

    def drop(self, letter: DeadLetter) -> None:
        """Take a letter out for good, and tell its publisher, who else would say it again."""
        self.remove(letter)
        contract = letter.contract
        if contract is not None and letter.correlation_id is not None:
            told = encode(letter.consumer, contract.routing_key, [letter.correlation_id])
            self._outgoing.basic_publish(answers(contract.publisher), "", told)

    def leave(self) -> None:
        """Put back what is still held, and wait until it lies there again for whoever is next.

        What has arrived and was not looked at is taken up first: pika would put it back by itself
        before all others, out of order.
        """
        if self._is_reading:
            deque(self._arriving(QUIET_AFTER_S), maxlen=0)
        self._incoming.close()
        until = monotonic() + BACK_WITHIN_S
        while self._tags and monotonic() < until:
            if (_depth(self._connection, self.consumer) or 0) >= len(self._tags):
                return
            self._connection.process_data_events(ASK_AGAIN_S)

    def _arriving(self, within_s: float) -> Iterator[tuple[Any, Any, bytes]]:
        """Yield messages as they come, until none has come for so long."""
        queue = dead_letters(self.consumer)
        for method, properties, body in self._incoming.consume(queue, inactivity_timeout=within_s):
            if method is None:
                return
            yield method, properties, body


@contextmanager
def desk(connection: pika.BlockingConnection, consumer: str) -> Iterator[Desk]:
    """Hold a consumer's desk alone: two at once would each see some, and mix their order.

    The place is kept by an exclusive queue, which goes when its connection does.

    Raises:
        CannotReach: somebody else has it.

    """
    channel, place = _sit_down(connection, consumer)
    taken = Desk(connection, consumer)
    try:
        yield taken
    finally:
        if connection.is_open:
            taken.leave()
            channel.queue_delete(place)


def _sit_down(connection: pika.BlockingConnection, consumer: str) -> tuple[BlockingChannel, str]:
    place, until = f"{dead_letters(consumer)}.desk", monotonic() + FREE_WITHIN_S
    while True:
        channel = connection.channel()
        try:
            channel.queue_declare(place, exclusive=True)
        except ChannelClosedByBroker as error:
            if error.reply_code != LOCKED:
                raise
        else:
            return channel, place
        if monotonic() > until:
            raise CannotReach(
                f"somebody else is at the dead letters of {consumer}: try again when she is done."
            )
        connection.process_data_events(ASK_AGAIN_S)


def how_many(
    connection: pika.BlockingConnection, consumer: str, freed_within_s: float = 0.0
) -> int | None:
    """Return how many dead letters lie there, and None where there is no queue for them.

    Of a queue that says none, only once it is sure. What somebody held when the bus was restarted
    lies with a consumer who is gone for a moment still, and is not counted: whoever may not meet
    anybody there waits for that until it is free.

    Raises:
        CannotReach: it has no leader.

    """
    until = monotonic() + freed_within_s
    while True:
        depth, holders = _standing(connection, consumer)
        if depth != 0:
            return depth
        if _is_empty(connection, consumer) and (not holders or monotonic() >= until):
            return depth
        connection.process_data_events(ASK_AGAIN_S)


def _is_empty(connection: pika.BlockingConnection, consumer: str) -> bool:
    """Ask for a message and let go of it: without a leader a queue counts none, but refuses this.

    Raises:
        CannotReach: it has no leader yet.

    """
    channel = connection.channel()
    try:
        found, _, _ = channel.basic_get(dead_letters(consumer))
    except ConnectionClosedByBroker:
        raise CannotReach(
            f"the queue of the dead letters of {consumer} has no leader, so nobody knows what lies "
            "there: try again in a moment, and look after the bus if that does not help."
        ) from None
    channel.close()
    return found is None


def _depth(connection: pika.BlockingConnection, consumer: str) -> int | None:
    """Return how many dead letters lie there, not counting those that somebody holds."""
    return _standing(connection, consumer)[0]


def _standing(connection: pika.BlockingConnection, consumer: str) -> tuple[int | None, int]:
    """Return how many dead letters lie there (None: no queue), and how many consumers hold some."""
    channel = connection.channel()
    try:
        declared = channel.queue_declare(dead_letters(consumer), passive=True)
    except ChannelClosedByBroker as error:
        if error.reply_code == NO_QUEUE:
            return None, 0
        raise
    channel.close()
    return int(declared.method.message_count), int(declared.method.consumer_count)
