"""Named points at which a process can be made to die, stand still or fail, for tests of recovery.

Each lies just before or after something that lasts: a write, a publication, an acknowledgement.
They are off unless the environment's FAIL_AT names them, and refused where MODE=production:
`FAIL_AT=saved:kill:3,confirmed:stop` kills the process (SIGKILL) when it reaches `saved` for the
third time, and has it stand still (SIGSTOP) when it first reaches `confirmed`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Final

POINTS: Final[Mapping[str, str]] = {
    "saving": "an aggregate and its events are about to be written",
    "saved": "they are written; the relay has not been told",
    "claiming": "a woman's key is about to be made, and her case with it",
    "claimed": "her key is made; nothing of her is stored yet",
    "publishing": "an event is about to be handed to the bus",
    "published": "it was handed over; the bus has not confirmed it",
    "confirmed": "the bus has confirmed it; nothing of that is noted yet",
    "clearing": "what was confirmed is about to be removed from the outbox",
    "cleared": "it is removed from the outbox",
    "hearing": "a message is decoded; its handler has not begun",
    "handled": "its handler has ended well; the message is not acknowledged",
    "answering": "what was heard is acknowledged; whoever said it has not been told",
    "moving": "a message is about to be copied up the ladder or to the dead letters",
    "moved": "the copy is confirmed; the original is not acknowledged",
    "ticking": "a timer's run is about to begin",
    "ticked": "a timer's run has ended",
    "noting": "a provider has taken a message; that is about to be noted",
    "relayed": "a service has answered; the portal has not passed the answer on",
}
"""Every point with its meaning: what lasts already when it is reached, and what does not."""


class Action(StrEnum):
    """What happens at a point."""

    KILL = "kill"
    STOP = "stop"
    RAISE = "raise"


class UnknownPoint(ValueError):
    """FAIL_AT names a point, or asks for an action, that does not exist."""


class Failed(RuntimeError):
    """A point was reached at which failing was asked for."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What is to happen when a point is reached for the `nth` time in this process."""

    point: str
    action: Action
    nth: int = 1
    _reached: count[int] = field(default_factory=lambda: count(1), compare=False, repr=False)

    def happen(self) -> None:
        """Count, and fail if it is time."""
        if next(self._reached) != self.nth:
            return
        if self.action is Action.RAISE:
            raise Failed(self.point)
        os.kill(os.getpid(), signal.SIGKILL if self.action is Action.KILL else signal.SIGSTOP)


_armed: dict[str, Failure] = {}


def plan(asked: str) -> tuple[Failure, ...]:
    """Read `point:action[:nth]`, with commas between.

    Raises:
        UnknownPoint: a part names no point, or one that another part has named, or asks for no
            action that there is.

    """
    failures = tuple(_failure(part.strip()) for part in asked.split(",") if part.strip())
    if len({failure.point for failure in failures}) < len(failures):
        raise UnknownPoint(f"{asked} names a point twice: one thing can happen at each")
    return failures


def arm(failures: Iterable[Failure]) -> None:
    """Have exactly these failures happen in this process from now on."""
    _armed.clear()
    _armed.update({failure.point: failure for failure in failures})


def reach(point: str) -> None:
    """Pass a point: nothing at all happens unless this process was asked to fail there.

    Raises:
        Failed: that was asked for.

    """
    if _armed and (failure := _armed.get(point)):
        failure.happen()


def _failure(part: str) -> Failure:
    point, _, rest = part.partition(":")
    action, _, nth = rest.partition(":")
    is_known = point in POINTS and action in set(Action) and (nth or "1").isdecimal()
    if not is_known or nth == "0":
        raise UnknownPoint(
            f"{part} is not point:action[:nth]; points: {', '.join(POINTS)}; "
            f"actions: {', '.join(Action)}"
        )
    return Failure(point, Action(action), int(nth or 1))
