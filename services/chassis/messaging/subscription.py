"""From the bus to a handler: decode, hand over, settle. Never acknowledges a failure.

What may succeed later goes down the retry ladder; what never can goes to the dead letters with its
reason. Both are published with a confirm before the original is acknowledged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any

import pika
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel

from services.chassis.failpoints import reach
from services.chassis.logs import get_logger
from services.chassis.messaging.connection import BusConnection, close_reason, in_order
from services.chassis.messaging.topology import (
    LADDER_S,
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
WAITING_RUNG = 2
ATTEMPT, REASON, QUEUE = "x-attempt", "x-reason", "x-queue"
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message, decoded and proved against its contract, waiting to be settled once.

    `retry` is for a failure of its handler, which has so many attempts; `wait` for one of what the
    handler needs, which has no end.
    """

    envelope: Envelope
    queue: str
    attempt: int
    done: Callable[[], None]
    retry: Callable[[str], None]
    wait: Callable[[str], None]
    reject: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class _Raw:
    """A message as it came, with the channel that it must be settled on."""

    channel: Channel
    tag: int
    queue: str
    body: bytes
    properties: pika.BasicProperties

    @property
    def attempt(self) -> int:
        headers = self.properties.headers or {}
        value = headers.get(ATTEMPT, 1)
        return value if isinstance(value, int) and value > 0 else 1


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
    ) -> None:
        self.consumer, self._subscribed, self._metrics = consumer, subscribed, metrics
        self._heard = {q.queue: {(c.type, c.version) for c in q.contracts} for q in subscribed}
        self._handle, self._fatal, self._on_ready = handle, fatal, on_ready
        self._prefetch = prefetch
        self._connection = BusConnection(uri, "consume", metrics, self._opened, self._lost)
        self._channel: Channel | None = None
        self._outgoing: Channel | None = None
        self._unconfirmed: dict[int, Callable[[bool], None]] = {}
        self._last_tag = 0
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
        self._connection.stop()

    def _opened(self, connection: SelectConnection) -> None:
        connection.channel(on_open_callback=self._prepare_outgoing)

    def _prepare_outgoing(self, channel: Channel) -> None:
        self._outgoing, self._last_tag = channel, 0
        channel.add_on_close_callback(self._channel_closed)
        channel.add_on_return_callback(lambda *_: self._connection.drop("a retry found no queue"))
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._open_incoming(channel))

    def _open_incoming(self, outgoing: Channel) -> None:
        outgoing.connection.channel(on_open_callback=self._prepare_incoming)

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
        self._channel = self._outgoing = None
        self.is_consuming = False
        self._unconfirmed.clear()

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
        raw = _Raw(channel, method.delivery_tag, queue, body, properties)
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
        if (envelope.type, envelope.version) not in self._heard[queue]:
            raise UnknownEvent(f"{envelope.routing_key} is not heard by this queue")
        return replace(envelope, data=read(envelope.type, envelope.version, envelope.data))

    def _delivery(self, raw: _Raw, envelope: Envelope) -> Delivery:
        def settle(action: Callable[[], None]) -> None:
            self._connection.call(action)

        return Delivery(
            envelope=envelope,
            queue=raw.queue,
            attempt=raw.attempt,
            done=lambda: settle(partial(self._acknowledge, raw, "done")),
            retry=lambda reason: settle(partial(self._retry, raw, reason)),
            wait=lambda reason: settle(partial(self._wait, raw, reason)),
            reject=lambda reason: settle(partial(self._reject, raw, reason)),
        )

    def _retry(self, raw: _Raw, reason: str) -> None:
        if self._exclusive:
            self._acknowledge(raw, "dropped")
        elif raw.attempt > len(LADDER_S):
            self._reject(raw, f"attempts used up; last: {reason}")
        else:
            exchange = retry_exchange(self.consumer, raw.attempt)
            self._move(raw, exchange, raw.attempt + 1, reason, "retried")

    def _wait(self, raw: _Raw, reason: str) -> None:
        """Try again soon, and as often as it takes: nothing is wrong with the message."""
        if self._exclusive:
            self._acknowledge(raw, "dropped")
        else:
            exchange = retry_exchange(self.consumer, WAITING_RUNG)
            self._move(raw, exchange, raw.attempt, reason, "retried")

    def _reject(self, raw: _Raw, reason: str) -> None:
        if self._exclusive:
            self._acknowledge(raw, "dropped")
            return
        _log.error(
            "dead_lettered", queue=raw.queue, reason=reason, message=raw.properties.message_id
        )
        self._move(raw, dead_letters(self.consumer), raw.attempt, reason, "dead_lettered")

    def _move(self, raw: _Raw, exchange: str, attempt: int, reason: str, outcome: str) -> None:
        """Publish elsewhere, wait for the confirm, and only then acknowledge here."""
        if raw.channel is not self._channel or self._outgoing is None:
            return
        self._last_tag += 1
        self._unconfirmed[self._last_tag] = lambda is_ack: (
            self._acknowledge(raw, outcome)
            if is_ack
            else self._connection.later(
                SETTLE_AGAIN_S, partial(self._move, raw, exchange, attempt, reason, outcome)
            )
        )
        headers = {ATTEMPT: attempt, REASON: reason[:255], QUEUE: raw.queue}
        properties = pika.BasicProperties(
            content_type=raw.properties.content_type,
            delivery_mode=pika.DeliveryMode.Persistent.value,
            message_id=raw.properties.message_id,
            headers={**(raw.properties.headers or {}), **headers},
        )
        reach("moving")
        self._outgoing.basic_publish(exchange, raw.queue, raw.body, properties, mandatory=True)

    def _on_confirm(self, frame: Any) -> None:
        tag, is_ack = frame.method.delivery_tag, isinstance(frame.method, pika.spec.Basic.Ack)
        tags = [t for t in self._unconfirmed if t <= tag] if frame.method.multiple else [tag]
        for each in tags:
            settle = self._unconfirmed.pop(each, None)
            if settle is not None:
                reach("moved")
                settle(is_ack)

    def _acknowledge(self, raw: _Raw, outcome: str) -> None:
        """Settle on the channel that delivered it; after a reconnection it comes again anyway."""
        channel = self._channel
        if channel is not None and raw.channel is channel and channel.is_open:
            channel.basic_ack(raw.tag)
            event = raw.queue.split(".")[1] if "." in raw.queue else raw.queue
            self._metrics.handled.labels(event, outcome).inc()
