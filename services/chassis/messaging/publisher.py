"""Publication with confirms: many aggregates at once, one event of each aggregate at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pika
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel

from services.chassis.logs import get_logger
from services.chassis.messaging.connection import BusConnection
from services.chassis.messaging.outbox import Entry, Outbox
from services.chassis.metrics import Metrics

WINDOW = 200
ROOM = 5_000
CONFIRM_WITHIN_S = 5.0
CHECK_EVERY_S = 0.5
_log = get_logger(__name__)

Told = Callable[[Outbox, Entry], None]


@dataclass(slots=True)
class Lane:
    """The events of one aggregate, in order, with the moment (monotonic) their lease ends."""

    outbox: Outbox
    aggregate_id: str
    entries: deque[Entry]
    until: float

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells lanes apart: collection and aggregate."""
        return self.outbox.name, self.aggregate_id


@dataclass(slots=True)
class Flight:
    """One unconfirmed publication."""

    lane: Lane
    entry: Entry
    since: float


class Publisher:
    """Publishes lanes on one exchange; tells what was confirmed and what was not.

    All fields with an underscore belong to the connection's thread, but for `_offered`.
    """

    def __init__(
        self, uri: str, exchange: str, metrics: Metrics, confirmed: Told, failed: Told
    ) -> None:
        self.is_open = False
        self.is_blocked = False
        self._exchange, self._metrics = exchange, metrics
        self._tell_confirmed, self._tell_failed = confirmed, failed
        self._connection = BusConnection(uri, "publish", metrics, self._opened, self._lost)
        self._channel: Channel | None = None
        self._offered: deque[Lane] = deque()
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._ready: deque[Lane] = deque()
        self._flights: OrderedDict[int, Flight] = OrderedDict()
        self._returned: set[str] = set()
        self._last_tag = 0
        self._idle = threading.Event()
        self._idle.set()

    @property
    def has_room(self) -> bool:
        """May a sweep bring more?"""
        return self.is_open and not self.is_blocked and len(self._lanes) < ROOM

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
        """Take a lane to publish; from any thread."""
        self._offered.append(lane)
        self._idle.clear()
        self._connection.call(self._pump)

    def _opened(self, connection: SelectConnection) -> None:
        connection.add_on_connection_blocked_callback(lambda *_: self._block(blocked=True))
        connection.add_on_connection_unblocked_callback(lambda *_: self._block(blocked=False))
        connection.channel(on_open_callback=self._prepare)

    def _prepare(self, channel: Channel) -> None:
        self._channel = channel
        channel.add_on_close_callback(lambda _, why: self._connection.drop(type(why).__name__))
        channel.add_on_return_callback(self._on_return)
        channel.exchange_declare(
            self._exchange, "topic", durable=True, callback=lambda _: self._confirming(channel)
        )

    def _confirming(self, channel: Channel) -> None:
        channel.confirm_delivery(self._on_confirm, callback=lambda _: self._ready_to_go())

    def _ready_to_go(self) -> None:
        self._last_tag = 0
        self.is_open = True
        self._check_deadlines()
        self._pump()

    def _lost(self) -> None:
        """Forget what was under way: all of it still stands in the database."""
        self.is_open = self.is_blocked = False
        self._channel = None
        for held in (self._offered, self._lanes, self._ready, self._flights, self._returned):
            held.clear()
        self._idle.set()

    def _block(self, *, blocked: bool) -> None:
        self.is_blocked = blocked
        self._metrics.bus_blocked.set(int(blocked))
        _log.warning("bus_blocks_publishers" if blocked else "bus_takes_publications_again")
        self._pump()

    def _pump(self) -> None:
        while self._offered:
            self._admit(self._offered.popleft())
        while self._ready and self._can_publish():
            self._publish(self._ready.popleft())
        if not self._lanes:
            self._idle.set()

    def _can_publish(self) -> bool:
        return self.is_open and not self.is_blocked and len(self._flights) < WINDOW

    def _admit(self, lane: Lane) -> None:
        """Put a lane in line, or behind what its aggregate has under way already."""
        under_way = self._lanes.get(lane.key)
        if under_way is None:
            self._lanes[lane.key] = lane
            self._ready.append(lane)
        else:
            known = {entry.seq for entry in under_way.entries}
            under_way.entries.extend(e for e in lane.entries if e.seq not in known)
            under_way.until = max(under_way.until, lane.until)

    def _publish(self, lane: Lane) -> None:
        if monotonic() > lane.until:
            self._lanes.pop(lane.key, None)
            return
        entry = lane.entries[0]
        properties = pika.BasicProperties(
            content_type="application/json",
            delivery_mode=pika.DeliveryMode.Persistent.value,
            message_id=entry.event_id,
        )
        self._last_tag += 1
        self._flights[self._last_tag] = Flight(lane, entry, monotonic())
        assert self._channel is not None  # noqa: S101 - is_open says so
        self._channel.basic_publish(
            self._exchange, entry.routing_key, entry.body.encode(), properties, mandatory=True
        )

    def _on_return(self, _channel: Channel, _method: Any, properties: Any, _body: bytes) -> None:
        """No queue is bound: the broker says so before it confirms the same publication."""
        self._returned.add(properties.message_id)

    def _on_confirm(self, frame: Any) -> None:
        tag, is_ack = frame.method.delivery_tag, isinstance(frame.method, pika.spec.Basic.Ack)
        tags = [t for t in self._flights if t <= tag] if frame.method.multiple else [tag]
        for each in tags:
            flight = self._flights.pop(each, None)
            if flight is not None:
                self._settle(flight, is_ack=is_ack)
        self._pump()

    def _settle(self, flight: Flight, *, is_ack: bool) -> None:
        was_returned = flight.entry.event_id in self._returned
        self._returned.discard(flight.entry.event_id)
        if is_ack and not was_returned:
            self._metrics.relayed.labels("confirmed").inc()
            self._tell_confirmed(flight.lane.outbox, flight.entry)
            self._advance(flight.lane)
        else:
            self._metrics.relayed.labels("returned" if was_returned else "refused").inc()
            self._lanes.pop(flight.lane.key, None)
            self._tell_failed(flight.lane.outbox, flight.entry)

    def _advance(self, lane: Lane) -> None:
        lane.entries.popleft()
        if lane.entries:
            self._ready.append(lane)
        else:
            self._lanes.pop(lane.key, None)

    def _check_deadlines(self) -> None:
        """A confirm that does not come means a dead line, however alive the socket looks."""
        if not self.is_open:
            return
        oldest = next(iter(self._flights.values()), None)
        if oldest and not self.is_blocked and monotonic() - oldest.since > CONFIRM_WITHIN_S:
            self._metrics.relayed.labels("timed_out").inc(len(self._flights))
            self._connection.drop("no confirm in time")
        else:
            self._connection.later(CHECK_EVERY_S, self._check_deadlines)
