"""Wait for what must come true, as short as it takes; no test sleeps for a guessed time."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import TypeVar

Value = TypeVar("Value")
ASK_AGAIN_S = 0.02


def until(condition: Callable[[], Value], within: float = 5.0) -> Value:
    """Return the first true value of a condition.

    An exception of the condition counts as not yet; the last one is the cause of the failure.

    Raises:
        AssertionError: it never came true within so many seconds; the message has the last value.

    """
    deadline, pause = monotonic() + within, Event()
    while True:
        value, error = _try(condition)
        if value and error is None:
            return value
        if monotonic() > deadline:
            last = f"raised {error!r}" if error else f"was {value!r}"
            raise AssertionError(f"not true within {within} s: at last it {last}") from error
        pause.wait(ASK_AGAIN_S)


def _try(condition: Callable[[], Value]) -> tuple[Value | None, Exception | None]:
    try:
        return condition(), None
    except Exception as error:
        return None, error
