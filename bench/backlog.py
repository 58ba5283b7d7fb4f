"""A backlog: referrals that came in while nobody heard of them, and how fast it goes away."""

from __future__ import annotations

from time import monotonic

from bench.counters import OVERVIEW, Control, counters
from bench.limits import consume_and_insert
from bench.measuring import Bench, fire, running, until
from bench.plan import Stage
from bench.report import Drained
from bench.systems.base import Servers, System

AT_A_TIME = 1_000
SENT_WITHIN_S = 20.0
FILLED_WITHIN_S = 180.0
DRAINED_WITHIN_S = 240.0


def drain(bench: Bench, servers: Servers, system: System, size: int) -> Drained:
    """Let a backlog grow, then have it heard; measure from the first alert to the last."""
    raw = consume_and_insert(servers, size)
    with running(system) as tap:
        system.pause_consumers()
        waiting = fill(bench, system, size)
        heard = acknowledged(bench.control)
        system.start_consumers()
        until(lambda: tap.cases >= waiting, DRAINED_WITHIN_S)
        moments = sorted(tap.alerts().values())
        took = moments[-1] - moments[0]
        heard = acknowledged(bench.control) - heard
    return Drained(
        system.name, len(moments), len(moments) / took, raw, heard / took, waiting - len(moments)
    )


def fill(bench: Bench, system: System, size: int) -> int:
    """Send bundles until so many are accepted, or it takes too long; return how many there are."""
    accepted, end = 0, monotonic() + FILLED_WITHIN_S
    while accepted < size and monotonic() < end:
        stage = Stage("backlog", SENT_WITHIN_S, most=min(AT_A_TIME, size - accepted))
        accepted += sum(sample.is_accepted for sample in fire(bench, system, stage))
    return accepted


def acknowledged(control: Control) -> int:
    """Return how many messages hearers have done with since the broker began."""
    return counters(control("eval", OVERVIEW))["messages_acknowledged_total"]
