"""Wait for something to answer, for as long as that makes sense and no longer."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import monotonic
from typing import Protocol

from deploy.local.refusal import CannotGoOn

ASK_AGAIN_S = 0.1


class Pause(Protocol):
    """Something that waits, and may end a wait early: a `threading.Event`, or our signals."""

    def wait(self, timeout: float, /) -> bool:
        """Wait so many seconds; return whether to give up."""


def wait_until(
    answers: Callable[[], bool],
    what: str,
    *,
    within_s: float,
    is_alive: Callable[[], bool] = lambda: True,
    pause: Pause | None = None,
) -> None:
    """Return as soon as `answers()`, or as `pause` says to give up.

    Raises:
        CannotGoOn: not in time, or the process that should answer has ended.

    """
    pause = pause or Event()
    deadline = monotonic() + within_s
    while not answers():
        if not is_alive():
            raise CannotGoOn(f"{what} ended before it answered")
        if monotonic() > deadline:
            raise CannotGoOn(f"{what} did not answer within {within_s:.0f} s")
        if pause.wait(ASK_AGAIN_S):
            raise CannotGoOn(f"stopped while waiting for {what}")
