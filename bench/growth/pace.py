"""Something asked at a modest rate, each time from the moment it was due, and what that took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Any

import httpx

from bench.figures import percentile

AT_ONCE = 8
LONG_ENOUGH_S = 3.0
LEAST = 3


@dataclass(frozen=True, slots=True)
class Timing:
    """How long something took, each time, in milliseconds.

    `is_on_the_way` says that an alert, or somebody to whom it matters, waits for this.
    """

    name: str
    ms: Sequence[float]
    is_on_the_way: bool = False

    @property
    def p50(self) -> float:
        """Return what half of them took at the most."""
        return percentile(self.ms, 50)

    @property
    def p99(self) -> float:
        """Return what all but a hundredth took at the most."""
        return percentile(self.ms, 99)


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that was asked: when it was due, when it was answered, and the answer."""

    due: float
    answered: float
    answer: Any

    @property
    def ms(self) -> float:
        """Return how long it took."""
        return (self.answered - self.due) * 1000


def paced(asks: Iterable[Callable[[], Any]], per_s: float) -> list[Asked]:
    """Ask so many a second, whether the earlier ones have been answered or not."""
    begun, clock = monotonic(), Event()
    waiting: list[Future[Asked]] = []
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number, ask in enumerate(asks):
            due = begun + number / per_s
            clock.wait(max(due - monotonic(), 0))
            waiting.append(threads.submit(_ask, ask, due))
    return [each.result() for each in waiting]


def one_by_one(ask: Callable[[], Any], times: int) -> list[float]:
    """Ask again and again, as one person does who waits for each answer; return the milliseconds.

    What takes long is not asked as often. An answer that does not come counts as endless.
    """
    until, took = monotonic() + LONG_ENOUGH_S, list[float]()
    while len(took) < times and (len(took) < LEAST or monotonic() < until):
        since = monotonic()
        with suppress(httpx.HTTPError, RuntimeError):
            ask()
            took.append((monotonic() - since) * 1000)
            continue
        took.append(float("inf"))
    return took


def ratios(first: Sequence[Timing], then: Sequence[Timing]) -> dict[str, tuple[float, float]]:
    """Return by how much p50 and p99 have grown, for what was timed both times."""
    before = {timing.name: timing for timing in first}
    return {
        now.name: (now.p50 / before[now.name].p50, now.p99 / before[now.name].p99)
        for now in then
        if now.name in before
    }


def _ask(ask: Callable[[], Any], due: float) -> Asked:
    answer = ask()
    return Asked(due, monotonic(), answer)
