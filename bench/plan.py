"""What a run measures, and in which order: each system in each round, at each rate.

Rounds are repeated and begin with another system each time, so that a machine which grows slower or
busier in the course of a run does so for everybody. Ratios are taken within a round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

OURS, NAMEKO, FASTSTREAM = "ours", "nameko", "faststream"
SYSTEMS = (OURS, NAMEKO, FASTSTREAM)
SATURATED = "saturation"
AT_ONCE = 16
ROOM = 1_500


@dataclass(frozen=True, slots=True)
class Stage:
    """One way to load a system: at `rate` a second, or with `connections` that never rest.

    `most` ends a stage before its time when so many were sent.
    """

    name: str
    seconds: float
    rate: float | None = None
    connections: int = AT_ONCE
    most: int | None = None

    @property
    def requests(self) -> int:
        """Return how many requests to have at hand; nobody here takes more than `ROOM` a second."""
        return self.most or round(self.seconds * (self.rate or ROOM))


@dataclass(frozen=True, slots=True)
class Plan:
    """One whole run; on a slow machine, as many rounds as there is time for."""

    rounds: int
    rounds_within_s: float
    warm_up: Stage
    stages: tuple[Stage, ...]
    counted: tuple[Stage, ...]
    inbox: Stage
    limit_seconds: float
    backlog: int
    replicas: tuple[int, ...]

    @staticmethod
    def order(number: int, systems: Sequence[str] = SYSTEMS) -> list[str]:
        """Return the systems in the order in which a round measures them."""
        first = number % len(systems)
        return [*systems[first:], *systems[:first]]


def at(rate: float, seconds: float) -> Stage:
    """Return a stage at so many referrals a second."""
    return Stage(f"{rate:g}/s", seconds, rate)


FULL = Plan(
    rounds=3,
    rounds_within_s=500.0,
    warm_up=Stage("warm-up", 3.0),
    stages=(at(1, 12), at(20, 10), at(100, 6), Stage(SATURATED, 8)),
    counted=(at(20, 5), at(100, 3)),
    inbox=at(20, 20),
    limit_seconds=2.5,
    backlog=10_000,
    replicas=(1, 2, 4),
)
QUICK = replace(
    FULL,
    rounds=1,
    warm_up=Stage("warm-up", 2.0),
    stages=(at(1, 3), at(20, 3), at(100, 3), Stage(SATURATED, 4)),
    counted=(at(20, 2), at(100, 1.5)),
    inbox=at(20, 6),
    limit_seconds=1.0,
    backlog=1_000,
    replicas=(1, 2),
)
