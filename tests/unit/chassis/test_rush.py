"""Paperwork stands aside for what somebody waits for, until that is over or time is up."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic

import pytest

from services.chassis.rush import Rush

LONG_S = 60.0
AT_ONCE_S = 10.0


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as made:
        yield made


def aside(rush: Rush, pool: ThreadPoolExecutor) -> Future[None]:
    return pool.submit(rush.stand_aside, monotonic() + LONG_S)


def test_nobody_stands_aside_for_nothing(pool: ThreadPoolExecutor) -> None:
    aside(Rush(), pool).result(AT_ONCE_S)


@pytest.mark.parametrize("rushes", [1, 2])
def test_who_stands_aside_goes_on_when_the_last_is_over(
    rushes: int, pool: ThreadPoolExecutor
) -> None:
    rush = Rush()
    for _ in range(rushes):
        rush.begin()
        rush.begin()
        waiting = aside(rush, pool)
        rush.end()
        with pytest.raises(TimeoutError):
            waiting.result(0.05)
        rush.end()
        waiting.result(AT_ONCE_S)


def test_who_has_stood_aside_long_enough_goes_on_though_it_is_not_over(
    pool: ThreadPoolExecutor,
) -> None:
    rush = Rush()
    rush.begin()
    for until in (monotonic() + 0.01, monotonic() - 1):
        pool.submit(rush.stand_aside, until).result(AT_ONCE_S)
