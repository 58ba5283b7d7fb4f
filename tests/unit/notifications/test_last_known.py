"""What the hot path has at hand: read seldom, kept when the database is away, never made up."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest

from services.notifications.repository.last_known import READ_EVERY_S, WAITS_S, LastKnown
from tests.support import until


class Shelf:
    """Answers with what it holds, or not at all; and a clock."""

    def __init__(self, *held: str) -> None:
        self.held, self.is_away, self.reads, self.failures, self.time = held, False, 0, 0, 0.0
        self.read_takes = 0.0
        self.meanwhile: Callable[[], None] | None = None

    def read(self) -> list[dict[str, Any]]:
        self.reads += 1
        if self.is_away:
            raise ConnectionError("away")
        found = [{"_id": each} for each in self.held]
        self.time += self.read_takes
        if self.meanwhile is not None:
            self.meanwhile()
        return found

    def fail(self) -> None:
        self.failures += 1

    def known(self) -> LastKnown[list[str]]:
        return LastKnown(self.read, self.take, self.fail, lambda: self.time)

    @staticmethod
    def take(found: list[dict[str, Any]], _before: list[str] | None) -> list[str]:
        return [each["_id"] for each in found]


def test_it_is_read_at_most_every_two_seconds() -> None:
    shelf = Shelf("ana")
    known = shelf.known()
    for _ in range(50):
        assert known.now() == ["ana"]
    assert shelf.reads == 1
    shelf.held = ("bea",)
    shelf.time += READ_EVERY_S - 0.01
    assert known.now() == ["ana"]
    shelf.time += 0.02
    assert known.now() == ["bea"]
    assert (shelf.reads, shelf.failures) == (2, 0)


def test_the_last_known_stays_while_nothing_can_be_read() -> None:
    shelf = Shelf("ana")
    known = shelf.known()
    known.now()
    shelf.is_away = True
    for _ in range(3):
        shelf.time += READ_EVERY_S
        assert [known.now(), known.now()] == [["ana"], ["ana"]]
    assert (shelf.reads, shelf.failures) == (4, 3)
    shelf.is_away, shelf.held = False, ("bea",)
    shelf.time += READ_EVERY_S
    assert known.now() == ["bea"]


def test_what_has_never_been_read_is_not_made_up() -> None:
    shelf = Shelf("ana")
    shelf.is_away = True
    known = shelf.known()
    for _ in range(2):
        with pytest.raises(ConnectionError):
            known.now()
    assert shelf.failures == 2
    shelf.is_away = False
    assert known.now() == ["ana"]


def test_what_is_known_is_as_old_as_the_question_and_not_as_the_answer() -> None:
    shelf = Shelf("ana")
    known = shelf.known()
    known.now()
    shelf.read_takes = 0.9
    shelf.time += READ_EVERY_S
    known.now()
    shelf.held = ("bea",)
    shelf.time += READ_EVERY_S - 0.9
    assert known.now() == ["bea"]


def test_a_first_answer_that_comes_late_takes_the_place_of_no_newer_one() -> None:
    shelf = Shelf()

    def ask_again() -> None:
        shelf.meanwhile, shelf.held = None, ("ana",)
        shelf.time += 0.1
        assert known.now() == ["ana"]

    known, shelf.meanwhile = shelf.known(), ask_again
    assert known.now() == ["ana"]
    assert known.now() == ["ana"]


def test_an_empty_list_is_something_that_is_known() -> None:
    shelf = Shelf()
    known = shelf.known()
    assert known.now() == []
    shelf.is_away = True
    assert known.now() == []
    assert shelf.reads == 1


def test_who_comes_while_another_reads_waits_for_what_she_finds() -> None:
    shelf = HeldShelf("ana")
    known, first = _asked_late(shelf)
    second = _begun(known.now)
    shelf.go_on.set()
    assert [first(), second()] == [["bea"], ["bea"]]
    assert shelf.reads == 2


def test_nobody_waits_long_for_a_slow_answer_which_is_heard_all_the_same() -> None:
    shelf = HeldShelf("ana")
    known, first = _asked_late(shelf)
    shelf.time += WAITS_S
    assert [known.now(), known.now()] == [["ana"], ["ana"]]
    assert first() == ["ana"]
    assert (shelf.reads, shelf.failures) == (1, 1)
    shelf.go_on.set()
    until(lambda: known.now() == ["bea"])


class HeldShelf(Shelf):
    """Answers only when it may go on."""

    def __init__(self, *held: str) -> None:
        super().__init__(*held)
        self.is_asked, self.go_on = Event(), Event()

    def hold(self, *held: str) -> None:
        """Hold something else much later, and answer when it may go on again."""
        self.held, self.time = held, self.time + 100 * READ_EVERY_S
        self.is_asked.clear()
        self.go_on.clear()

    def read(self) -> list[dict[str, Any]]:
        self.is_asked.set()
        assert self.go_on.wait(10)
        return super().read()


def _asked_late(shelf: HeldShelf) -> tuple[LastKnown[list[str]], Callable[[], list[str]]]:
    """Know what it holds, then ask again when it holds another and does not answer yet."""
    known = shelf.known()
    shelf.go_on.set()
    known.now()
    shelf.hold("bea")
    first = _begun(known.now)
    assert shelf.is_asked.wait(10)
    return known, first


def _begun(ask: Callable[[], list[str]]) -> Callable[[], list[str]]:
    """Ask in a thread of its own; return what waits for the answer."""
    found: list[list[str]] = []
    thread = Thread(target=lambda: found.append(ask()))
    thread.start()

    def answer() -> list[str]:
        thread.join(10)
        return found[0]

    return answer
