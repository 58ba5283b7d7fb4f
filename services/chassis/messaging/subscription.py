"""From the bus to a handler: decode, hand over, settle. Never acknowledges a failure.

What may succeed later goes up the retry ladder; what never can goes to the dead letters with its
reason. Both are published with a confirm before the original is acknowledged. Whoever said an event
is answered when it is handled or lies with the dead letters.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from time import monotonic
from typing import Any

from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel

from services.chassis.failpoints import reach
from services.chassis.logs import get_logger
from services.chassis.messaging.answers import Heard
from services.chassis.messaging.connection import BusConnection, close_reason, in_order
from services.chassis.messaging.dead_letters import watch as watch_dead_letters
from services.chassis.messaging.deliveries import WORN_OUT, Delivery, Raw
from services.chassis.messaging.ladder import Rung, after_failure, after_outage
from services.chassis.messaging.outgoing import Outgoing
from services.chassis.messaging.topology import (
    Subscribed,
    dead_letters,
    declaration,
    ladder,
    retry_exchange,
)
from services.chassis.metrics import Metrics
from services.contracts.catalogue import ContractBroken, UnknownEvent, read
from services.contracts.envelope import Envelope, Undecodable, decode

WRONG_TOPOLOGY = frozenset({403, 404, 406})
SETTLE_AGAIN_S = 1.0
ANSWER_AFTER_S = 0.5
ENDED = frozenset({"done", "dead_lettered"})
MOST_RETURNED = 15  # under the broker's delivery limit: it would move the message and answer nobody
_log = get_logger(__name__)


class Subscription:
    """Consumes the queues of one process.

    Args:
        uri: where the bus is.
        consumer: whose ladder and dead letters are used.
        subscribed: the queues; exclusive ones settle by acknowledging only.
        prefetch: how many unsettled messages a queue may have here.
        handle: called in the connection's thread with each delivery; must return at once.
        fatal: called when the broker refuses our topology (403, 404, 406): the process must end.
        on_ready: called when consuming has begun, after each (re)connection.
        answer: sends an answer to an exchange, over another connection; it may be lost.

    """

    def __init__(
        self,
        uri: str,
        consumer: str,
        subscribed: Sequence[Subscribed],
        metrics: Metrics,
        handle: Callable[[Delivery], None],
        *,
        prefetch: int,
        fatal: Callable[[str], None],
        on_ready: Callable[[], None] = lambda: None,
        answer: Callable[[str, bytes], None] = lambda _exchange, _body: None,
    ) -> None:
        self.consumer, self._subscribed, self._metrics = consumer, subscribed, metrics
        self._contracts = {each.queue: each.contracts for each in subscribed}
        self._handle, self._fatal, self._on_ready = handle, fatal, on_ready
        self._prefetch = prefetch
        self._connection = BusConnection(uri, "consume", metrics, self._opened, self._lost)
        self._channel: Channel | None = None
        self._outgoing = Outgoing()
        self._newly_heard, self._give_answer = Heard(consumer), answer
        self._declared = False
        self.is_consuming = False
        self.drained_at = monotonic()
        self._stopping = threading.Event()

    def start(self) -> None:
        """Connect, declare and consume, and do so again whenever the line is lost."""
        self._connection.start()

    def pause(self) -> None:
        """Take no new messages; what is under way may still be settled."""
        self._stopping.set()
        self._connection.call(self._cancel)

    def stop(self) -> None:
        """Close; whatever is not settled will be delivered again."""
        self._stopping.set()
        self._connection.call(self._answer)
        self._connection.stop()

    def _opened(self, connection: SelectConnection) -> None:
        connection.channel(on_open_callback=self._prepare_outgoing)

    def _prepare_outgoing(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(lambda *_: self._connection.drop("a retry found no queue"))
        open_incoming = partial(channel.connection.channel, on_open_callback=self._prepare_incoming)
        self._outgoing.open(channel, open_incoming)

    def _prepare_incoming(self, channel: Channel) -> None:
        self._channel, self._declared = channel, False
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_cancel_callback(lambda _: self._connection.drop("a queue was deleted"))
        durable = [] if self._exclusive else ladder(channel, self.consumer)
        steps = [*durable, *declaration(channel, self._subscribed)]
        steps.append(lambda then: channel.basic_qos(prefetch_count=self._prefetch, callback=then))
        in_order(steps, partial(self._consume, channel))

    @property
    def _exclusive(self) -> bool:
        return all(item.exclusive for item in self._subscribed)

    def _consume(self, channel: Channel) -> None:
        self._declared = True
        if self._stopping.is_set():
            return
        for item in self._subscribed:
            channel.basic_consume(
                item.queue, partial(self._receive, item.queue), consumer_tag=f"on-{item.queue}"
            )
        self.is_consuming = True
        self._beat(channel)
        if not self._exclusive:
            watch_dead_letters(channel.connection, self.consumer, self._metrics)
        _log.info("consuming", queues=len(self._subscribed))
        self._on_ready()

    def _beat(self, channel: Channel) -> None:
        """Show that this thread still turns; readiness asks for it."""
        if channel is self._channel:
            self.drained_at = monotonic()
            self._connection.later(1.0, partial(self._beat, channel))

    def _cancel(self) -> None:
        if self._channel is not None and self._channel.is_open:
            for item in self._subscribed:
                self._channel.basic_cancel(f"on-{item.queue}")
        self.is_consuming = False

    def _lost(self) -> None:
        self._channel = None
        self.is_consuming = False
        self._outgoing.close()
        self._newly_heard.take()

    def _channel_closed(self, _channel: Channel, reason: Any) -> None:
        code, text = close_reason(reason)
        if code in WRONG_TOPOLOGY and not self._declared:
            self._fatal(
                f"the bus refuses the queues of {self.consumer} ({code}: {text}); delete or "
                "migrate the queue that it names, or give this user its rights, and start again"
            )
        if not self._stopping.is_set():
            self._connection.drop(f"channel closed ({code})")

    def _receive(
        self, queue: str, channel: Channel, method: Any, properties: Any, body: bytes
    ) -> None:
        raw = Raw(channel, method.delivery_tag, queue, body, properties)
        if raw.returned > MOST_RETURNED:
            self._reject(raw, WORN_OUT)
            return
        try:
            envelope = self._envelope(queue, body)
        except (Undecodable, UnknownEvent, ContractBroken) as error:
            self._reject(raw, f"{type(error).__name__}: {error}")
        except Exception as error:
            self._reject(raw, f"unreadable: {type(error).__name__}")
        else:
            self._handle(self._delivery(raw, envelope))

    def _envelope(self, queue: str, body: bytes) -> Envelope:
        """Return what a message says, if it is of a kind that this queue is for."""
        envelope = decode(body)
        if all(said.routing_key != envelope.routing_key for said in self._contracts[queue]):
            raise UnknownEvent(f"{envelope.routing_key} is not heard by this queue")
        return replace(envelope, data=read(envelope.type, envelope.version, envelope.data))

    def _delivery(self, raw: Raw, envelope: Envelope) -> Delivery:
        def settle(action: Callable[[], None]) -> None:
            self._connection.call(action)

        return Delivery(
            envelope=envelope,
            queue=raw.queue,
            attempt=raw.attempt,
            traceparent=raw.traceparent or envelope.traceparent,
            done=lambda: settle(partial(self._acknowledge, raw, "done")),
            retry=lambda reason: settle(partial(self._retry, raw, reason)),
            wait=lambda reason: settle(partial(self._wait, raw, reason)),
        )

    def _retry(self, raw: Raw, reason: str) -> None:
        if self._exclusive:
            self._acknowledge(raw, "dropped")
        elif (rung := after_failure(raw.attempt)) is None:
            self._reject(raw, f"attempts used up; last: {reason}")
        else:
            self._climb(raw, rung, reason)

    def _wait(self, raw: Raw, reason: str) -> None:
        """Try again soon, and as often as it takes: nothing is wrong with the message."""
        if self._exclusive:
            self._acknowledge(raw, "dropped")
        else:
            self._climb(raw, after_outage(raw.attempt), reason)

    def _climb(self, raw: Raw, rung: Rung, reason: str) -> None:
        exchange = retry_exchange(self.consumer, rung.number)
        self._move(raw, exchange, rung.attempt, reason, "retried")

    def _reject(self, raw: Raw, reason: str) -> None:
        if self._exclusive:
            self._acknowledge(raw, "dropped")
            return
        _log.error(
            "dead_lettered", queue=raw.queue, reason=reason, message=raw.properties.message_id
        )
        self._move(raw, dead_letters(self.consumer), raw.attempt, reason, "dead_lettered")

    def _move(self, raw: Raw, exchange: str, attempt: int, reason: str, outcome: str) -> None:
        """Publish elsewhere, wait for the confirm, and only then acknowledge here."""

        def settle(is_there: bool) -> None:
            if is_there:
                reach("moved")
                self._acknowledge(raw, outcome)
            else:
                self._connection.later(SETTLE_AGAIN_S, again)

        if raw.channel is self._channel:
            again = partial(self._move, raw, exchange, attempt, reason, outcome)
            reach("moving")
            self._outgoing.move(exchange, raw.queue, raw.body, raw.moved(attempt, reason), settle)

    def _acknowledge(self, raw: Raw, outcome: str) -> None:
        """Settle on the channel that delivered it; after a reconnection it comes again anyway."""
        channel = self._channel
        if channel is not None and raw.channel is channel and channel.is_open:
            channel.basic_ack(raw.tag)
            event = raw.queue.split(".")[1] if "." in raw.queue else raw.queue
            self._metrics.handled.labels(event, outcome).inc()
            if outcome in ENDED and not self._exclusive:
                self._note_heard(raw)

    def _note_heard(self, raw: Raw) -> None:
        (contract,) = self._contracts[raw.queue]
        if self._newly_heard.note(contract, raw.properties.correlation_id):
            self._connection.later(ANSWER_AFTER_S, self._answer)

    def _answer(self) -> None:
        """Tell publishers what has been heard; what is not told, they say again."""
        reach("answering")
        for exchange, body in self._newly_heard.take():
            self._give_answer(exchange, body)
