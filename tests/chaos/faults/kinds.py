"""What a kind of fault is, and one fault that is planned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.system import System

BUS, STORE = "bus", "store"


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault: of which kind, to what, for how long, and a number for its own small choices."""

    kind: str
    target: str
    lasts_s: float
    salt: int

    def __str__(self) -> str:
        return f"{self.kind} {self.target}"


Deed = Callable[["System", Planned], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A way to hurt the system.

    `targets` are what it can be done to: names of replicas, or `bus`, or `store`. `least_s` and
    `most_s` bound how long it lasts. One that `parks` can hold octets back in a line or a process
    and let them go later, so that what was published then may come twice in one moment.
    """

    name: str
    targets: tuple[str, ...]
    least_s: float
    most_s: float
    begin: Deed
    end: Deed
    parks: bool = False
    cards: int = 1


def nothing(_system: System, _fault: Planned) -> None:
    """End a fault that is over as soon as it has begun."""
