"""Commits, relays, a bus that loses what it likes, crashes and clocks: everybody hears everything.

What must hold at every step: an event leaves its outbox when all have heard it and not before, its
aggregate counts each cause once, and no document is forgotten or due for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.chassis.context import fresh_context
from services.chassis.messaging import relay as relaying_module
from services.chassis.messaging.hearers import hearers_of
from services.chassis.messaging.relay import Relay
from services.chassis.runtime import Runtime
from tests.integration.chassis.things import (
    Counted,
    Thing,
    Things,
    announce,
    new_thing,
    runtime,
)
from tests.model.relaying import Bus, Hearer, Line, World, lines

LEASE = timedelta(seconds=5)
HEARERS = ("notifications", "referrals", "risk")
PROCESSES = st.integers(0, 1)
WITHIN_MINUTES = 30


class RelayMachine(RuleBasedStateMachine):
    """Two processes of one service, three hearers, and a broker without mercy."""

    made: ClassVar[Runtime]
    world: ClassVar[World]
    bus: ClassVar[Bus]
    things = Bundle("things")

    def __init__(self) -> None:
        super().__init__()
        self.made.database.drop_collection(Things.collection)
        self._renew()
        self.hearers = [Hearer(name, self.bus) for name in HEARERS]
        self.processes = [self._process() for _ in range(2)]
        self.processes[0].ensure_indexes()
        self.causes: dict[str, list[str]] = {}
        self.is_calm = True

    def _renew(self) -> None:
        """Begin with a bus and a world as they were at first."""
        self.world.__init__()  # type: ignore[misc]  # the same object is known to the relay's code
        self.bus.queues.clear()
        self.bus.carried.clear()
        self.bus.declare()

    def _process(self) -> Things:
        relay = Relay("", "sessions", self.made.metrics, LEASE, hearers_of("sessions"))
        return Things(replace(self.made, relay=relay, now=self.world.now), announce)

    def _line(self, process: int) -> Line:
        line: Any = self.processes[process].runtime.relay.publisher
        return line

    @rule(target=things, process=PROCESSES)
    def create(self, process: int) -> Thing:
        thing = self.processes[process].create(new_thing(), [Counted()])
        self.causes[thing.id] = ["created"]
        return thing

    @rule(thing=things, process=PROCESSES, cause=st.sampled_from(["a", "b", "c", "d"]))
    def hear_a_cause(self, thing: Thing, process: int, cause: str) -> None:
        """The same event again has no effect."""
        self._count(process, thing, cause)

    def _count(self, process: int, thing: Thing, cause: str) -> None:
        under = self.processes[process].under(replace(fresh_context(), receipt=cause))
        under.change(thing.id, lambda now: (replace(now, count=now.count + 1), [Counted()]))
        if cause not in self.causes[thing.id]:
            self.causes[thing.id].append(cause)

    @rule(thing=things, cause=st.sampled_from(["a", "b", "e"]), other=st.sampled_from("abf"))
    def be_overtaken(self, thing: Thing, cause: str, other: str) -> None:
        """Another writer saves between the reading and the writing of this one."""
        under = self.processes[0].under(replace(fresh_context(), receipt=cause))

        def decide(now: Thing) -> tuple[Thing, list[Counted]]:
            self._count(1, thing, other)
            return replace(now, count=now.count + 1), [Counted()]

        under.change(thing.id, decide)
        if cause not in self.causes[thing.id]:
            self.causes[thing.id].append(cause)

    @rule(process=PROCESSES)
    def publish(self, process: int) -> None:
        self._line(process).publish()

    @rule(process=PROCESSES, multiple=st.booleans(), is_ack=st.booleans(), place=st.integers(0, 3))
    def settle(self, process: int, multiple: bool, is_ack: bool, place: int) -> None:
        tags = sorted(self._line(process).flights)
        if tags:
            tag = tags[place % len(tags)]
            self.is_calm = False
            self._line(process).settle(tag, multiple=multiple, is_ack=is_ack)

    @rule(process=PROCESSES)
    def confirm_all(self, process: int) -> None:
        flights = self._line(process).flights
        if flights:
            self._line(process).settle(max(flights), multiple=True, is_ack=True)

    @rule(process=PROCESSES)
    def turn(self, process: int) -> None:
        self.processes[process].runtime.relay._once()

    @rule(
        process=PROCESSES,
        answered=st.tuples(PROCESSES, PROCESSES, PROCESSES),
        seconds=st.sampled_from([0.0, 1.5, 3.0]),
        turning=st.lists(PROCESSES, min_size=1, max_size=3),
    )
    def go_well(
        self, process: int, answered: tuple[int, ...], seconds: float, turning: list[int]
    ) -> None:
        """All that one process has to say is heard, and answered to either of the two."""
        self.publish(process)
        self.confirm_all(process)
        for number, asked in enumerate(answered):
            self.hear(number, [0, 0])
            self.answer(number, asked)
        self.turn(turning[0])
        self.world.pass_by(seconds)
        for each in turning:
            self.turn(each)

    @rule(process=PROCESSES, seconds=st.sampled_from([4.5, 6.0]))
    def stand_still_and_go_on_from_memory(self, process: int, seconds: float) -> None:
        self.world.pass_by(seconds)
        self.turn(process)
        self.world.pass_by(seconds)
        self.publish(process)

    @rule(hearer=st.integers(0, 2), places=st.lists(st.integers(0, 5), min_size=1, max_size=4))
    def hear(self, hearer: int, places: list[int]) -> None:
        for place in places:
            self.hearers[hearer].hear(place)

    @rule(hearer=st.integers(0, 2), process=st.integers(0, 2))
    def answer(self, hearer: int, process: int) -> None:
        """An answer reaches either process, or none."""
        for told in self.hearers[hearer].answers():
            if process < len(self.processes):
                self._line(process).told.answered(told)

    @rule(hearer=st.integers(0, 2))
    def delete_a_queue(self, hearer: int) -> None:
        self.bus.queues[HEARERS[hearer]] = None
        self.is_calm = False

    @rule(process=PROCESSES)
    def lose_the_line(self, process: int) -> None:
        self._line(process).lose()

    @rule(process=PROCESSES)
    def crash(self, process: int) -> None:
        """All that a process remembers is gone."""
        self.processes[process] = self._process()

    @rule(seconds=st.sampled_from([0.5, 2.0, 4.5, 6.0, 31.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.pass_by(seconds)

    @rule(hours=st.sampled_from([-1, 1]))
    def the_clock_jumps(self, hours: int) -> None:
        self.world.wall += timedelta(hours=hours)
        self.is_calm = False

    def _documents(self) -> list[dict[str, Any]]:
        return list(self.made.database[Things.collection].find())

    @invariant()
    def each_document_keeps_what_is_promised(self) -> None:
        for document in self._documents():
            self._prove_one_effect_of_each_cause(document)
            self._prove_that_all_have_heard_what_left(document)
            self._prove_that_what_waits_is_found(document)
            self._prove_that_no_mark_outlives_what_it_marks(document)

    def _prove_one_effect_of_each_cause(self, document: Mapping[str, Any]) -> None:
        effects = len(self.causes[document["_id"]])
        assert (document["count"], document["seq"]) == (effects - 1, effects)

    def _prove_that_all_have_heard_what_left(self, document: Mapping[str, Any]) -> None:
        left = [entry["seq"] for entry in document["outbox"]]
        assert left == sorted(set(left))
        gone = set(range(1, document["seq"] + 1)) - set(left)
        for hearer in self.hearers:
            places = hearer.heard.values()
            assert gone <= {p.seq for p in places if p.aggregate_id == document["_id"]}

    def _prove_that_what_waits_is_found(self, document: Mapping[str, Any]) -> None:
        """Found by a relay: and what was never said, within a lease, as long as all goes well."""
        assert bool(document["outbox"]) == ("outbox_due" in document)
        said = document.get("outbox_said", 0)
        if self.is_calm and any(entry["seq"] > said for entry in document["outbox"]):
            assert document["outbox_due"] <= self.world.wall + LEASE

    def _prove_that_no_mark_outlives_what_it_marks(self, document: Mapping[str, Any]) -> None:
        """Whoever asks whether all has been said must not be told of something earlier."""
        marks = {"outbox_said", "outbox_heard"} & document.keys()
        assert document["outbox"] or not marks

    def teardown(self) -> None:
        """When all is well again, everybody hears everything, and no outbox holds anything.

        The clock is put back once more and nobody remembers anything: whatever waits for a moment
        waits for one far off, and only the database knows of it.
        """
        self.the_clock_jumps(-1)
        for process in range(2):
            self.crash(process)
        for _ in range(WITHIN_MINUTES):
            if not any("outbox_due" in document for document in self._documents()):
                break
            self._round()
        assert not [d["_id"] for d in self._documents() if d["outbox"] or "outbox_due" in d]
        self.each_document_keeps_what_is_promised()

    def _round(self) -> None:
        """A minute in which nothing goes wrong."""
        for process in range(2):
            self.turn(process)
            while self._line(process).window:
                self.publish(process)
                if not self._line(process).flights:
                    break
                self.confirm_all(process)
            self.turn(process)
        for number, hearer in enumerate(self.hearers):
            while hearer.waiting:
                hearer.hear(0)
            self.answer(number, number % 2)
        self.world.pass_by(60)


@pytest.fixture
def machine(mongo: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[RelayMachine]]:
    world = World()
    bus = Bus(HEARERS)
    monkeypatch.setattr(relaying_module, "now", world.now)
    monkeypatch.setattr(relaying_module, "monotonic", world.monotonic)
    monkeypatch.setattr(relaying_module, "Publisher", lines(bus, world, LEASE))
    RelayMachine.made, RelayMachine.world, RelayMachine.bus = runtime(mongo, ""), world, bus
    yield RelayMachine
    RelayMachine.made.client.close()


@pytest.mark.timeout(420)  # a failing example is made small for up to five minutes
def test_whatever_happens_everything_is_heard_and_no_outbox_is_stuck(
    machine: type[RelayMachine],
) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=50,
            suppress_health_check=list(HealthCheck),
        ),
    )
