"""A bus, a clock and hearers that a machine holds in its hands, around the real relays.

Only the connection is replaced: whatever a relay decides is decided by the code that runs in
production, one turn at a time and without its thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.messaging.answers import Answer, Place
from services.chassis.messaging.outbox import Entry
from services.chassis.messaging.publisher import Told
from services.chassis.messaging.window import Fate, Flight, Lane, Window

SIZE = 4


@dataclass
class World:
    """Time: what the wall clock shows, which may jump, and seconds that only ever pass."""

    wall: datetime = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    seconds: float = 1_000.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Message:
    """An event in a queue, and the place that its hearer answers with."""

    entry: Entry
    place: Place


@dataclass
class Bus:
    """A queue for each hearer; None: it was deleted."""

    hearers: tuple[str, ...]
    queues: dict[str, list[Message] | None] = field(default_factory=dict)
    carried: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.declare()

    def declare(self) -> None:
        """Make the queues that are missing, as each publisher does."""
        for hearer in self.hearers:
            if self.queues.get(hearer) is None:
                self.queues[hearer] = []

    def carry(self, message: Message) -> bool:
        """Put a message into the queues that there are; tell whether there is one.

        What an aggregate says for the first time goes out in the order in which it was said.
        """
        there = [queue for queue in self.queues.values() if queue is not None]
        for queue in there:
            queue.append(message)
        entry = message.entry
        known = self.carried.get(entry.aggregate_id, 0)
        assert not there or entry.seq <= known + 1, "an event overtook an earlier one"
        if there:
            self.carried[entry.aggregate_id] = max(known, entry.seq)
        return bool(there)


class Line:
    """The publisher of one process, whose broker answers when a machine says so."""

    def __init__(self, bus: Bus, world: World, told: Told, lease_s: float) -> None:
        self.has_room = True
        self.window = Window(SIZE)
        self.flights: dict[int, Flight] = {}
        self.told = told
        self._bus, self._world, self._lease_s = bus, world, lease_s
        self._offered_at: dict[str, float] = {}

    def offer(self, lane: Lane) -> None:
        self._offered_at[lane.aggregate_id] = self._world.monotonic()
        self.window.admit(lane)

    def offer_again(self, lanes: Sequence[Lane]) -> None:
        if any(entry.was_said for lane in lanes for entry in lane.entries):
            self._bus.declare()
        for lane in lanes:
            self.offer(lane)

    def publish(self) -> None:
        """Send all that may be sent."""
        while flight := self.window.take(self._world.monotonic()):
            entry = flight.entry
            held = self._world.monotonic() - self._offered_at[entry.aggregate_id]
            assert held <= self._lease_s, "an event left after its lease"
            self.flights[flight.tag] = flight
            place = Place(flight.lane.outbox.name, entry.aggregate_id, entry.seq)
            if not self._bus.carry(Message(entry, place)):
                self.window.returned(entry.event_id)
                self._bus.declare()

    def settle(self, tag: int, *, multiple: bool, is_ack: bool) -> None:
        """Have the broker confirm or refuse, and the relay be told."""
        for flight, fate in self.window.settle(tag, multiple=multiple, is_ack=is_ack):
            del self.flights[flight.tag]
            tell = self.told.confirmed if fate is Fate.CONFIRMED else self.told.failed
            tell(flight.lane.outbox, flight.entry)

    def lose(self) -> None:
        """Lose the connection, with all that is not confirmed."""
        self.window.clear()
        self.flights.clear()


def lines(bus: Bus, world: World, lease: timedelta) -> Callable[..., Line]:
    """Return what a relay is to make its publisher with."""

    def publisher(_uri: str, _service: str, _metrics: Any, told: Told, *_: Any) -> Line:
        return Line(bus, world, told, lease.total_seconds())

    return publisher


class Hearer:
    """A consumer with receipts: it counts each event once, and answers when it is asked to."""

    def __init__(self, name: str, bus: Bus) -> None:
        self.name, self._bus = name, bus
        self.heard: dict[str, Place] = {}
        self.unanswered: list[Message] = []

    @property
    def waiting(self) -> int:
        return len(self._bus.queues[self.name] or ())

    def hear(self, at: int) -> None:
        """Handle one message of the queue, not always the first: retries reorder."""
        queue = self._bus.queues[self.name]
        if queue:
            message = queue.pop(at % len(queue))
            self.heard.setdefault(message.entry.event_id, message.place)
            self.unanswered.append(message)

    def answers(self) -> list[Answer]:
        """Return what it has to answer, and forget it."""
        told, self.unanswered = self.unanswered, []
        return [Answer(self.name, each.entry.routing_key, (each.place,)) for each in told]
