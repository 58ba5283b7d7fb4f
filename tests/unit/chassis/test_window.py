"""Confirms out of order, returned events, lapsed leases: what is told must be what happened."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta

from services.chassis.messaging.outbox import Entry, Outbox
from services.chassis.messaging.window import Fate, Flight, Lane, Window


class NamedCollection:
    """All that an outbox asks of a collection when nothing is stored."""

    name = "things"


OUTBOX = Outbox(NamedCollection(), timedelta(seconds=5))  # type: ignore[arg-type]  # only its name
AT = datetime(2026, 3, 1, tzinfo=UTC)


def entry(aggregate: str, seq: int) -> Entry:
    return Entry(aggregate, seq, f"{aggregate}-{seq}", "thing_happened.v1", "{}", AT)


def lane(aggregate: str, *seqs: int, until: float = 100.0) -> Lane:
    return Lane(OUTBOX, aggregate, deque(entry(aggregate, seq) for seq in seqs), until)


def departures(window: Window, at: float = 0.0) -> list[Flight]:
    taken = []
    while flight := window.take(at):
        taken.append(flight)
    return taken


def test_one_event_of_an_aggregate_is_under_way_at_a_time() -> None:
    window = Window()
    window.admit(lane("a", 1, 2))
    assert [flight.entry.seq for flight in departures(window)] == [1]
    window.settle(1, multiple=False, is_ack=True)
    assert [flight.entry.seq for flight in departures(window)] == [2]


def test_confirms_of_many_then_a_refusal_then_a_return_are_told_apart() -> None:
    window = Window()
    for name in "abcdefg":
        window.admit(lane(name, 1))
    departures(window)
    many = window.settle(5, multiple=True, is_ack=True)
    assert [fate for _, fate in many] == [Fate.CONFIRMED] * 5
    assert [fate for _, fate in window.settle(6, multiple=False, is_ack=False)] == [Fate.REFUSED]
    window.returned("g-1")
    assert [fate for _, fate in window.settle(7, multiple=False, is_ack=True)] == [Fate.RETURNED]
    assert len(window) == 0


def test_a_lapsed_lease_is_never_published_from_memory() -> None:
    window = Window()
    window.admit(lane("a", 1, until=4.0))
    assert departures(window, at=4.1) == []
    assert len(window) == 0


def test_what_is_offered_twice_leaves_once() -> None:
    window = Window()
    window.admit(lane("a", 1, 2))
    window.admit(lane("a", 2, 3))
    left = []
    for tag in (1, 2, 3):
        left += [flight.entry.seq for flight in departures(window)]
        window.settle(tag, multiple=False, is_ack=True)
    assert left == [1, 2, 3]


def test_what_is_confirmed_and_offered_again_does_not_leave_again() -> None:
    window = Window()
    window.admit(lane("a", 1))
    departures(window)
    window.settle(1, multiple=False, is_ack=True)
    window.clear()
    window.admit(lane("a", 1))
    assert departures(window) == []
    window.admit(lane("a", 1, 2))
    assert [flight.entry.seq for flight in departures(window)] == [2]


def test_a_confirm_of_an_unknown_tag_changes_nothing() -> None:
    assert Window().settle(9, multiple=False, is_ack=True) == []
