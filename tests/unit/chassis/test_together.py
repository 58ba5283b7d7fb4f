"""Questions of one moment go together; each gets its own answer, and nobody waits for others."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from pymongo.errors import AutoReconnect

from services.chassis.storage import together
from services.chassis.storage.together import Together
from tests.support import until


class Server:
    """Doubles numbers; holds the first round trip until it is let go."""

    def __init__(self) -> None:
        self.trips: list[list[int]] = []
        self.is_held, self.go = threading.Event(), threading.Event()

    def ask(self, numbers: Sequence[int]) -> Sequence[int | Exception]:
        self.trips.append(list(numbers))
        if len(self.trips) == 1:
            self.is_held.set()
            assert self.go.wait(10)
        return [ValueError("odd") if number == 13 else 2 * number for number in numbers]


@pytest.fixture
def server() -> Server:
    return Server()


def asked_while_one_is_away(
    server: Server, numbers: Sequence[int], ask: Together[int, int], pool: ThreadPoolExecutor
) -> list[Future[int]]:
    """Ask 1, and the others while that round trip is under way."""
    first = pool.submit(ask, 1)
    assert server.is_held.wait(10)
    others = [pool.submit(ask, number) for number in numbers]
    until(lambda: len(ask._waiting) == len(numbers))
    server.go.set()
    return [first, *others]


def test_who_comes_alone_goes_at_once_and_alone(server: Server) -> None:
    server.go.set()
    ask = Together(server.ask)
    assert [ask(1), ask(2)] == [2, 4]
    assert server.trips == [[1], [2]]


def test_who_comes_while_a_round_trip_is_under_way_goes_with_the_next(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = asked_while_one_is_away(server, [2, 3, 4, 5], Together(server.ask), pool)
        assert [each.result(10) for each in answers] == [2, 4, 6, 8, 10]
    assert [len(trip) for trip in server.trips] == [1, 4]


def test_what_befalls_one_does_not_befall_the_others(server: Server) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = asked_while_one_is_away(server, [2, 13, 4], Together(server.ask), pool)
        with pytest.raises(ValueError, match="odd"):
            answers[2].result(10)
        assert [answers[1].result(10), answers[3].result(10)] == [4, 8]


def test_what_befalls_the_round_trip_befalls_all_in_it(server: Server) -> None:
    def refuse(numbers: Sequence[int]) -> Sequence[int]:
        server.ask(numbers)
        raise OSError("away")

    with ThreadPoolExecutor(8) as pool:
        answers = asked_while_one_is_away(server, [2, 3], Together(refuse), pool)
        for answer in answers:
            with pytest.raises(OSError, match="away"):
                answer.result(10)


def test_nobody_waits_for_a_thread_that_was_ended(server: Server) -> None:
    class Ended(BaseException):
        """As green threads are ended."""

    def end(numbers: Sequence[int]) -> Sequence[int]:
        server.ask(numbers)
        if len(server.trips) == 2:
            raise Ended
        return [0] * len(numbers)

    with ThreadPoolExecutor(8) as pool:
        answers = asked_while_one_is_away(server, [2, 3], Together(end), pool)
        errors = [type(each.exception(10)) for each in answers[1:]]
    assert sorted(errors, key=str) == sorted([Ended, AutoReconnect], key=str)


def test_no_round_trip_takes_more_than_fit(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together, "MOST", 2)
    with ThreadPoolExecutor(8) as pool:
        answers = asked_while_one_is_away(server, [2, 3, 4, 5, 6], Together(server.ask), pool)
        assert [each.result(10) for each in answers] == [2, 4, 6, 8, 10, 12]
    assert [len(trip) for trip in server.trips] == [1, 2, 2, 1]


GREEN = """
import eventlet
eventlet.monkey_patch()
from services.chassis.storage.together import Together

trips = []
ask = Together(lambda numbers: [trips.append(len(numbers)), *numbers][1:])
threads = [eventlet.spawn(ask, number) for number in range(5)]
assert [each.wait() for each in threads] == [0, 1, 2, 3, 4]
print(trips)
"""


def test_green_threads_that_are_ready_in_one_instant_go_together() -> None:
    done = subprocess.run([sys.executable, "-c", GREEN], capture_output=True, text=True, check=True)
    assert done.stdout == "[5]\n"
