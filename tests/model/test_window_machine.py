"""Any order of offers, departures, confirms, returns, losses and time, against a model of the line.

The model is a queue of aggregates with their numbers; whatever the window lets depart or tells as
ended must be what the model has at that place.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.chassis.messaging.outbox import Entry, Outbox
from services.chassis.messaging.window import Fate, Flight, Lane, Window

SIZE = 3
LEASE = 4.0
AT = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = st.sampled_from("abcd")


class NamedCollection:
    """All that an outbox asks of a collection when nothing is stored."""

    name = "things"


OUTBOX = Outbox(NamedCollection(), timedelta(seconds=LEASE))  # type: ignore[arg-type]  # its name


def entry(aggregate: str, seq: int) -> Entry:
    return Entry(aggregate, seq, f"{aggregate}-{seq}", "thing_happened.v1", "{}", AT)


@dataclass
class Line:
    """What the model knows of one aggregate in the window."""

    waiting: deque[int]
    until: float


class WindowMachine(RuleBasedStateMachine):
    """A window between the documents of four aggregates and a broker that does as it likes."""

    def __init__(self) -> None:
        super().__init__()
        self.window = Window(SIZE)
        self.now = 0.0
        self.said: dict[str, int] = {}
        self.documents: dict[str, list[int]] = {}
        self.lines: dict[str, Line] = {}
        self.ready: deque[str] = deque()
        self.flying: dict[int, Flight] = {}
        self.returned: set[str] = set()
        self.confirmed: set[tuple[str, int]] = set()
        self.last_tag = 0

    def _offer(self, name: str, *, again: bool) -> None:
        """Offer all that the document of an aggregate holds, and put it in line in the model."""
        held = self.documents.get(name, [])
        lane = Lane(OUTBOX, name, deque(entry(name, n) for n in held), self.now + LEASE, again)
        self.window.admit(lane)
        fresh = [n for n in held if again or (name, n) not in self.confirmed]
        line = self.lines.get(name)
        if line is not None:
            line.waiting.extend(n for n in fresh if n > line.waiting[-1])
            line.until = max(line.until, self.now + LEASE)
        elif fresh:
            self.lines[name] = Line(deque(fresh), self.now + LEASE)
            self.ready.append(name)

    @rule(name=NAMES, count=st.integers(1, 3))
    def commit(self, name: str, count: int) -> None:
        last = self.said.get(name, 0)
        self.said[name] = last + count
        self.documents.setdefault(name, []).extend(range(last + 1, last + count + 1))
        self._offer(name, again=False)

    @rule(name=NAMES)
    def take_over(self, name: str) -> None:
        self._offer(name, again=True)

    @rule(name=NAMES)
    def tidy(self, name: str) -> None:
        held = self.documents.get(name, [])
        self.documents[name] = [n for n in held if (name, n) not in self.confirmed]

    @rule(times=st.integers(1, 5))
    def publish(self, times: int) -> None:
        for _ in range(times):
            expected = self._next()
            flight = self.window.take(self.now)
            assert (flight is None) == (expected is None)
            if flight is None or expected is None:
                return
            assert (flight.lane.aggregate_id, flight.entry.seq) == expected
            assert (flight.tag, flight.since) == (self.last_tag + 1, self.now)
            self.last_tag = flight.tag
            self.flying[flight.tag] = flight

    def _next(self) -> tuple[str, int] | None:
        """Return what must depart: the first in line whose lease lasts; lapsed ones are dropped."""
        while self.ready and len(self.flying) < SIZE:
            name = self.ready.popleft()
            if self.now <= self.lines[name].until:
                return name, self.lines[name].waiting[0]
            del self.lines[name]
        return None

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def find_no_queue(self, data: st.DataObject) -> None:
        event_id = self._drawn(data).entry.event_id
        self.window.returned(event_id)
        self.returned.add(event_id)

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), multiple=st.booleans(), is_ack=st.booleans())
    def settle(self, data: st.DataObject, multiple: bool, is_ack: bool) -> None:
        self._settle(self._drawn(data).tag, multiple=multiple, is_ack=is_ack)

    def _settle(self, tag: int, *, multiple: bool, is_ack: bool) -> None:
        landing = [t for t in sorted(self.flying) if t == tag or (multiple and t < tag)]
        ended = self.window.settle(tag, multiple=multiple, is_ack=is_ack)
        assert [flight for flight, _ in ended] == [self.flying[t] for t in landing]
        for flight, fate in ended:
            del self.flying[flight.tag]
            assert fate is self._fate(flight, is_ack=is_ack)
            self._land(flight, fate)

    def _fate(self, flight: Flight, *, is_ack: bool) -> Fate:
        if flight.entry.event_id in self.returned:
            return Fate.RETURNED
        return Fate.CONFIRMED if is_ack else Fate.REFUSED

    def _land(self, flight: Flight, fate: Fate) -> None:
        name, line = flight.lane.aggregate_id, self.lines[flight.lane.aggregate_id]
        self.returned.discard(flight.entry.event_id)
        if fate is Fate.CONFIRMED:
            assert line.waiting.popleft() == flight.entry.seq
            self.confirmed.add((name, flight.entry.seq))
        if fate is Fate.CONFIRMED and line.waiting:
            self.ready.append(name)
        else:
            del self.lines[name]

    @rule(name=NAMES, again=st.booleans())
    def go_well_and_be_offered_once_more(self, name: str, again: bool) -> None:
        """Something is confirmed while its document still holds it: only a take-over says it."""
        self.publish(SIZE)
        if self.flying:
            self._settle(max(self.flying), multiple=True, is_ack=True)
        self._offer(name, again=again)

    @rule(tag=st.integers(-1, 40), multiple=st.just(False))
    def confirm_what_is_not_under_way(self, tag: int, multiple: bool) -> None:
        if tag not in self.flying:
            assert self.window.settle(tag, multiple=multiple, is_ack=True) == []

    @rule()
    def lose_the_line(self) -> None:
        self.window.clear()
        for held in (self.lines, self.ready, self.flying, self.returned):
            held.clear()
        self.last_tag = 0

    @rule(seconds=st.sampled_from([0.5, 1.0, LEASE, LEASE + 0.5]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    def _drawn(self, data: st.DataObject) -> Flight:
        return self.flying[data.draw(st.sampled_from(sorted(self.flying)))]

    @invariant()
    def the_window_is_kept_and_no_aggregate_flies_twice(self) -> None:
        names = [flight.lane.aggregate_id for flight in self.flying.values()]
        assert len(names) == len(set(names)) <= SIZE

    @invariant()
    def what_is_in_line_is_what_the_model_has_in_line(self) -> None:
        assert len(self.window) == len(self.lines)

    @invariant()
    def the_oldest_is_the_one_that_left_first(self) -> None:
        oldest = self.flying[min(self.flying)].since if self.flying else None
        assert self.window.oldest_since() == oldest

    def teardown(self) -> None:
        """Nothing is lost: once the broker takes everything, all of every line departs in order."""
        while True:
            self.publish(SIZE)
            if not self.flying:
                break
            self._settle(max(self.flying), multiple=True, is_ack=True)
        assert not self.lines
        assert len(self.window) == 0


WindowMachine.TestCase.settings = settings(
    max_examples=200,
    stateful_step_count=40,
)
test_window_machine = WindowMachine.TestCase
