"""Lines between a process and its broker or database that break in every way a line can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.faults.kinds import Kind, Planned, nothing
from tests.chaos.replicas import NAMES
from tests.support.proxy import Proxy

if TYPE_CHECKING:
    from tests.chaos.system import System

TO_BUS = tuple(f"{name}:bus" for name in NAMES)
TO_STORE = tuple(f"{name}:store" for name in NAMES)
LATENCY_S, JITTER_S = 0.4, 0.4
OCTETS = 3_000


def half_open(system: System, fault: Planned) -> None:
    """Read everything and pass nothing on."""
    line(system, fault).blackhole()


def slow(system: System, fault: Planned) -> None:
    """Hold everything back."""
    line(system, fault).slow(LATENCY_S, JITTER_S)


def reset(system: System, fault: Planned) -> None:
    """Send RST on every connection."""
    line(system, fault).reset()


def cut(system: System, fault: Planned) -> None:
    """Cut each connection in the middle of something."""
    line(system, fault).cut_after(OCTETS + fault.salt % OCTETS)


def refuse(system: System, fault: Planned) -> None:
    """Take no connection."""
    line(system, fault).refuse()


def swallow(system: System, fault: Planned) -> None:
    """Let requests through and lose the answers: what was asked is done, and nobody is told."""
    line(system, fault).swallow_replies()


def heal(system: System, fault: Planned) -> None:
    """Have all well again."""
    line(system, fault).heal()


def line(system: System, fault: Planned) -> Proxy:
    """Return the line that a fault is about."""
    name, _, end = fault.target.partition(":")
    replica = system.replicas[name]
    return replica.bus if end == "bus" else replica.store


KINDS = (
    Kind("half-open", TO_BUS + TO_STORE, 5, 8, half_open, heal, parks=True),
    Kind("slow", TO_BUS + TO_STORE, 4, 7, slow, heal, parks=True),
    Kind("reset", TO_BUS + TO_STORE, 0, 1, reset, nothing, parks=True),
    Kind("cut", TO_BUS + TO_STORE, 3, 6, cut, heal, parks=True),
    Kind("refused", TO_BUS + TO_STORE, 3, 6, refuse, heal, parks=True),
    Kind("answers lost", TO_STORE, 4, 7, swallow, heal, parks=True),
)
