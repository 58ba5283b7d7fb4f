"""What open pages were shown is told to notifications together, once, and to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from json import dumps
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter

from services.portal.clients import Answer
from services.portal.live import deliveries
from services.portal.live.change import Audience, Change, Cursor
from services.portal.live.deliveries import Deliveries
from tests.unit.portal.people import ANA, somebody

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TO_ALL = Audience(frozenset({"practitioner"}), frozenset())
ION, BEA = somebody(id="ion"), somebody(id="bea")


def call(reference: str = "A-0000-0001", event: str = "alert_raised") -> Change:
    return Change(Cursor(NOON, reference, event), "cluj", TO_ALL, "{}")


@dataclass
class Notifications:
    """Notes what it is told; alerts in `gone` are not there, one in `damaged` makes it fail."""

    gone: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    status: int = 200
    told: list[dict[str, list[str]]] = field(default_factory=list)

    async def call(self, *_where: Any, json: Any, idempotency_key: str) -> Answer:
        assert idempotency_key
        told = {each["alert"]: each["people"] for each in json["shown"]}
        if not told.keys().isdisjoint(self.damaged):
            return Answer(500)
        self.told.append(told)
        return Answer(self.status, dumps({"not_found": self.gone}).encode())


@dataclass
class Room:
    """Pages, and where it is told what they were shown."""

    notifications: Notifications = field(default_factory=Notifications)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)

    def live(self, through: Callable[[Deliveries], None]) -> None:
        """Show alerts, and let the process end when all has been told that is due."""
        asyncio.run(self._live(through))

    def outcome(self, name: str) -> float:
        return self.registry.get_sample_value("told_total", {"outcome": name}) or 0

    async def _live(self, through: Callable[[Deliveries], None]) -> None:
        outcomes = Counter("told", "…", ("outcome",), registry=self.registry)
        told: Any = self.notifications
        desk = Deliveries(told, outcomes)
        running = asyncio.create_task(desk.run())
        asyncio.get_running_loop().call_soon(running.cancel)
        through(desk)
        with suppress(asyncio.CancelledError):
            await running


def test_all_pages_of_one_moment_are_told_of_together() -> None:
    def shown(desk: Deliveries) -> None:
        for person in (ANA, ION, BEA, ANA):
            desk.shown(person, call())
        desk.shown(ANA, call("A-0000-0002"))

    room = Room()
    room.live(shown)
    assert room.notifications.told == [
        {"A-0000-0001": ["ana", "ion", "bea"], "A-0000-0002": ["ana"]}
    ]
    assert (room.outcome("done"), room.outcome("not_told")) == (4, 0)


def test_only_calls_to_her_are_told() -> None:
    def shown(desk: Deliveries) -> None:
        desk.shown(ANA, call(event="alert_acknowledged"))
        desk.shown(somebody(role="manager"), call())

    room = Room()
    room.live(shown)
    assert room.notifications.told == []


def test_many_are_told_in_parts() -> None:
    references = [f"A-0000-{number:04}" for number in range(deliveries.TOLD_AT_ONCE + 1)]
    room = Room()
    room.live(lambda desk: [desk.shown(ANA, call(each)) for each in references].clear())
    assert [len(each) for each in room.notifications.told] == [deliveries.TOLD_AT_ONCE, 1]
    assert [each for told in room.notifications.told for each in told] == references


@pytest.mark.parametrize(
    ("notifications", "done", "not_told"),
    [
        (Notifications(gone=("A-0000-0002",)), 2, 1),
        (Notifications(damaged=("A-0000-0002",)), 2, 1),
        (Notifications(status=503), 0, 3),
    ],
)
def test_what_could_not_be_told_is_counted(
    notifications: Notifications, done: int, not_told: int
) -> None:
    def shown(desk: Deliveries) -> None:
        for person, reference in ((ANA, "1"), (ION, "1"), (ANA, "2")):
            desk.shown(person, call(f"A-0000-000{reference}"))

    room = Room(notifications)
    room.live(shown)
    assert (room.outcome("done"), room.outcome("not_told")) == (done, not_told)
    assert len(notifications.told) == 1


def test_a_call_on_very_many_pages_is_told_in_parts() -> None:
    people = [f"person-{number}" for number in range(deliveries.PEOPLE_AT_ONCE + 1)]

    def shown(desk: Deliveries) -> None:
        desk.shown(ANA, call("A-0000-0001"))
        for person in people:
            desk.shown(somebody(id=person), call("A-0000-0002"))

    room = Room()
    room.live(shown)
    assert room.notifications.told == [
        {"A-0000-0001": ["ana"], "A-0000-0002": people[:-2]},
        {"A-0000-0002": people[-2:]},
    ]
    assert room.outcome("done") == len(people) + 1


@dataclass
class Silent(Notifications):
    """Does not answer the first few requests."""

    silences: int = 1
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def call(self, *where: Any, json: Any, **options: Any) -> Answer:
        if self.silences:
            self.silences -= 1
            self.asked.set()
            await asyncio.Event().wait()
        return await super().call(*where, json=json, **options)


@pytest.mark.parametrize(("silences", "outcome"), [(1, "done"), (2, "not_told")])
def test_what_was_being_told_when_the_process_ends_is_told_again_for_a_while(
    monkeypatch: pytest.MonkeyPatch, silences: int, outcome: str
) -> None:
    monkeypatch.setattr(deliveries, "GATHERED_FOR_S", 0.0)
    monkeypatch.setattr(deliveries, "LAST_WITHIN_S", 0.1)
    room, silent = Room(), Silent(silences=silences)

    async def end_meanwhile() -> None:
        outcomes = Counter("told", "…", ("outcome",), registry=room.registry)
        told: Any = silent
        desk = Deliveries(told, outcomes)
        running = asyncio.create_task(desk.run())
        desk.shown(ANA, call())
        await silent.asked.wait()
        desk.shown(ION, call())
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    asyncio.run(end_meanwhile())
    assert room.outcome(outcome) == 2
    assert [set(*told.values()) for told in silent.told] == [{"ana", "ion"}][: 2 - silences]
