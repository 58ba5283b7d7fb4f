"""Publication on one exchange with confirms, over a connection that comes and goes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

import pika
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel
from pika.exceptions import ChannelClosedByBroker

from services.chassis.failpoints import reach
from services.chassis.logs import get_logger
from services.chassis.messaging.answers import Answer, AnswerLine, Place
from services.chassis.messaging.connection import BusConnection
from services.chassis.messaging.hearers import declare
from services.chassis.messaging.on_their_way import OnTheirWay
from services.chassis.messaging.outbox import Entry, Outbox
from services.chassis.messaging.topology import Subscribed, events_exchange
from services.chassis.messaging.window import Fate, Flight, Lane, Window
from services.chassis.metrics import Metrics
from services.chassis.tracing import Tracing

ROOM = 5_000
CONFIRM_WITHIN_S = 5.0
CHECK_EVERY_S = 0.5
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """Whom a publisher tells what; called in the connection's thread, so they return at once."""

    confirmed: Callable[[Outbox, Entry], None]
    failed: Callable[[Outbox, Entry], None]
    answered: Callable[[Answer], None]


class Publisher:
    """Publishes lanes; tells what was confirmed, what was not, and what hearers answered.

    `offer` and `offer_again` may be called from any thread; everything else happens in the
    connection's.
    """

    def __init__(
        self,
        uri: str,
        service: str,
        metrics: Metrics,
        told: Told,
        hearers: Sequence[Subscribed] = (),
        tracing: Tracing | None = None,
    ) -> None:
        self.is_open = False
        self.is_blocked = False
        self._exchange, self._answers = events_exchange(service), AnswerLine(service, told.answered)
        self._metrics, self._hearers, self._told = metrics, hearers, told
        self._connection = BusConnection(uri, "publish", metrics, self._opened, self._lost)
        self._channel: Channel | None = None
        self._is_declaring = False
        self._offered: deque[Lane] = deque()
        self._window, self._spans = Window(), OnTheirWay(tracing or Tracing())
        self._idle = threading.Event()
        self._idle.set()

    @property
    def has_room(self) -> bool:
        """May a sweep bring more?"""
        return self.is_open and not self.is_blocked and len(self._window) < ROOM

    def start(self) -> None:
        """Begin to connect."""
        self._connection.start()

    def stop(self) -> None:
        """Close the connection."""
        self.is_open = False
        self._connection.stop()

    def drain(self, within_s: float) -> None:
        """Wait until nothing is under way, or for this long."""
        if self.is_open:
            self._idle.wait(within_s)

    def offer(self, lane: Lane) -> None:
        """Take a lane to publish."""
        self._offered.append(lane)
        self._idle.clear()
        self._connection.call(self._pump)

    def offer_again(self, lanes: Sequence[Lane]) -> None:
        """Take lanes whose words may have been lost; their hearers' queues are seen to first."""
        if any(entry.was_said for lane in lanes for entry in lane.entries):
            self._connection.call(self._declare_hearers)
        for lane in lanes:
            self.offer(lane)

    def answer(self, exchange: str, body: bytes) -> None:
        """Send an answer to a publisher, unless the bus takes nothing now; it may be lost."""
        if self.is_open and not self.is_blocked:
            self._connection.call(partial(self._answers.give, exchange, body))

    def _opened(self, connection: SelectConnection) -> None:
        connection.add_on_connection_blocked_callback(lambda *_: self._block(blocked=True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._block(blocked=False))
        declare(
            connection,
            self._hearers,
            lambda: connection.channel(on_open_callback=self._prepare),
        )

    def _prepare(self, channel: Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(self._closed)
        channel.add_on_return_callback(self._on_return)
        channel.exchange_declare(
            self._exchange, "topic", durable=True, callback=lambda _: self._confirming(channel)
        )

    def _closed(self, _channel: Channel, why: Exception) -> None:
        """Begin anew; what the broker closed the channel over must not be first again."""
        if isinstance(why, ChannelClosedByBroker):
            for flight in self._window.under_way:
                self._tell(flight, Fate.REFUSED)
        self._connection.drop(type(why).__name__)

    def _confirming(self, channel: Channel) -> None:
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._ready_to_go())

    def _ready_to_go(self) -> None:
        self.is_open = True
        if self._channel is not None:
            self._answers.open(self._channel.connection)
        self._check_deadline()
        self._pump()

    def _lost(self) -> None:
        """Forget what was under way: all of it still stands in the database."""
        self.is_open = self.is_blocked = self._is_declaring = False
        self._metrics.bus_blocked.set(0)  # that is told of a connection: the next one begins anew
        self._channel = None
        self._answers.close()
        self._offered.clear()
        self._window.clear()
        self._spans.lose()
        self._idle.set()

    def _block(self, *, blocked: bool) -> None:
        self.is_blocked = blocked
        self._metrics.bus_blocked.set(int(blocked))
        _log.warning("bus_blocks_publishers" if blocked else "bus_takes_publications_again")
        self._pump()

    @property
    def _may_publish(self) -> bool:
        return self.is_open and not self.is_blocked and not self._is_declaring

    def _pump(self) -> None:
        while self._offered:
            self._window.admit(self._offered.popleft())
        while self._may_publish and (flight := self._window.take(monotonic())):
            self._publish(flight)
        if not self._window:
            self._idle.set()

    def _publish(self, flight: Flight) -> None:
        entry = flight.entry
        place = Place(flight.lane.outbox.name, entry.aggregate_id, entry.seq)
        properties = pika.BasicProperties(
            content_type="application/json",
            delivery_mode=pika.DeliveryMode.Persistent.value,
            message_id=entry.event_id,
            correlation_id=str(place),
            headers=self._spans.leave(flight),
        )
        if self._channel is not None:
            reach("publishing")
            self._channel.basic_publish(
                self._exchange, entry.routing_key, entry.body.encode(), properties, mandatory=True
            )
            reach("published")

    def _on_return(self, _channel: Channel, _method: Any, properties: Any, _body: bytes) -> None:
        """Note that no queue took an event, and see to it that the next try finds one."""
        self._window.returned(properties.message_id)
        self._declare_hearers()

    def _declare_hearers(self) -> None:
        """See to it that the queues of all hearers are there, and bound."""
        if self._channel is not None and not self._is_declaring:
            self._is_declaring = True
            self._answers.declare()
            declare(self._channel.connection, self._hearers, self._declared_again)

    def _declared_again(self) -> None:
        self._is_declaring = False
        self._pump()

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        is_ack = isinstance(method, pika.spec.Basic.Ack)
        for flight, fate in self._window.settle(
            method.delivery_tag, multiple=method.multiple, is_ack=is_ack
        ):
            self._tell(flight, fate)
        self._pump()

    def _tell(self, flight: Flight, fate: Fate) -> None:
        self._metrics.relayed.labels(fate.value).inc()
        self._spans.land(flight, fate)
        tell = self._told.confirmed if fate is Fate.CONFIRMED else self._told.failed
        tell(flight.lane.outbox, flight.entry)

    def _check_deadline(self) -> None:
        """A confirm that does not come means a dead line, however alive the socket looks."""
        if not self.is_open:
            return
        since = self._window.oldest_since()
        if since is not None and not self.is_blocked and monotonic() - since > CONFIRM_WITHIN_S:
            self._metrics.relayed.labels("timed_out").inc()
            self._connection.drop("no confirm in time")
        else:
            self._connection.later(CHECK_EVERY_S, self._check_deadline)
