"""What is under way to the bus: many aggregates at once, one event of each aggregate at a time.

Pure bookkeeping: no connection, no clock; moments come in as monotonic seconds.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import StrEnum

from services.chassis.messaging.outbox import Entry, Outbox

WINDOW = 200
REMEMBERED = 5_000


class Fate(StrEnum):
    """How a publication ended: only `confirmed` is on the bus."""

    CONFIRMED = "confirmed"
    RETURNED = "returned"
    REFUSED = "refused"


@dataclass(slots=True)
class Lane:
    """The events of one aggregate, in order, with the moment their lease ends.

    `again`: they were taken over from the database, and are said whether they were said or not.
    """

    outbox: Outbox
    aggregate_id: str
    entries: deque[Entry]
    until: float
    again: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells lanes apart: collection and aggregate."""
        return self.outbox.name, self.aggregate_id


@dataclass(frozen=True, slots=True)
class Flight:
    """One publication that is not confirmed yet."""

    tag: int
    lane: Lane
    entry: Entry
    since: float


class Window:
    """At most `size` unconfirmed publications, at most one for each aggregate.

    Tags count publications from 1, as the broker does on a channel in confirm mode.
    """

    def __init__(self, size: int = WINDOW) -> None:
        self._size = size
        self._lanes: dict[tuple[str, str], Lane] = {}
        self._ready: deque[Lane] = deque()
        self._flights: OrderedDict[int, Flight] = OrderedDict()
        self._returned: set[str] = set()
        self._confirmed: OrderedDict[tuple[str, str, int], None] = OrderedDict()
        self._last_tag = 0

    def __len__(self) -> int:
        """Return how many aggregates have something under way or in line."""
        return len(self._lanes)

    @property
    def under_way(self) -> tuple[Flight, ...]:
        """Return the publications that are not confirmed yet, the oldest first."""
        return tuple(self._flights.values())

    def clear(self) -> None:
        """Forget everything and count from 1 again: the channel is new, the database knows all."""
        for held in (self._lanes, self._ready, self._flights, self._returned):
            held.clear()
        self._last_tag = 0

    def admit(self, lane: Lane) -> None:
        """Put a lane in line, or behind what its aggregate has under way already.

        A lane begins with the first event that waits in the document, where what was confirmed a
        moment ago still stands: that is left out, unless it was taken over to be said again.
        """
        if not lane.again:
            entries = (e for e in lane.entries if (*lane.key, e.seq) not in self._confirmed)
            lane.entries = deque(entries)
        under_way = self._lanes.get(lane.key)
        if under_way is None and lane.entries:
            self._lanes[lane.key] = lane
            self._ready.append(lane)
        elif under_way is not None:
            last = under_way.entries[-1].seq
            under_way.entries.extend(entry for entry in lane.entries if entry.seq > last)
            under_way.until = max(under_way.until, lane.until)

    def take(self, at: float) -> Flight | None:
        """Return the next publication to make, or None if there is none or no room.

        A lane whose lease has lapsed is dropped: another relay may be publishing it.
        """
        while self._ready and len(self._flights) < self._size:
            lane = self._ready.popleft()
            if at <= lane.until:
                return self._depart(lane, at)
            del self._lanes[lane.key]
        return None

    def returned(self, event_id: str) -> None:
        """Note that no queue took an event: the broker says so before it confirms it."""
        self._returned.add(event_id)

    def settle(self, tag: int, *, multiple: bool, is_ack: bool) -> list[tuple[Flight, Fate]]:
        """Return what a confirm (or refusal) of a tag ends; `multiple` means all up to it."""
        tags = [each for each in self._flights if each <= tag] if multiple else [tag]
        landed = [flight for each in tags if (flight := self._flights.pop(each, None))]
        return [(flight, self._land(flight, is_ack=is_ack)) for flight in landed]

    def oldest_since(self) -> float | None:
        """Return since when the oldest unconfirmed publication waits."""
        oldest = next(iter(self._flights.values()), None)
        return None if oldest is None else oldest.since

    def _depart(self, lane: Lane, at: float) -> Flight:
        self._last_tag += 1
        flight = Flight(self._last_tag, lane, lane.entries[0], at)
        self._flights[flight.tag] = flight
        return flight

    def _land(self, flight: Flight, *, is_ack: bool) -> Fate:
        was_returned = flight.entry.event_id in self._returned
        self._returned.discard(flight.entry.event_id)
        if is_ack and not was_returned:
            self._remember(*flight.lane.key, flight.entry.seq)
            self._advance(flight.lane)
            return Fate.CONFIRMED
        if flight.entry.was_said:
            self._advance(flight.lane)  # nobody waits for it: it must not hold up what is new
        else:
            self._lanes.pop(flight.lane.key, None)
        return Fate.RETURNED if was_returned else Fate.REFUSED

    def _remember(self, collection: str, aggregate_id: str, seq: int) -> None:
        self._confirmed[collection, aggregate_id, seq] = None
        if len(self._confirmed) > REMEMBERED:
            self._confirmed.popitem(last=False)

    def _advance(self, lane: Lane) -> None:
        lane.entries.popleft()
        if lane.entries:
            self._ready.append(lane)
        else:
            del self._lanes[lane.key]
