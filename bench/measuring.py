"""One system under load: it is started, warmed up, taken through its stages, and stopped."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from threading import Event
from time import monotonic
from urllib.parse import urlsplit

from bench.counters import Control, taken
from bench.figures import Figures, Sample, figures
from bench.load import Client, Shot, octets
from bench.plan import Stage
from bench.systems.base import System
from bench.tap import Tap
from bench.watch import Watch

SETTLED_WITHIN_S = 60.0
RESTED_WITHIN_S = 15.0
REST_S, AT_REST = 0.3, 0.25
QUIET_S = 3.0
LOOK_EVERY_S = 0.02
NUMBERS = count(1)
"""Of all referrals of this run: each is about another woman, whichever system it goes to."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every measurement is made with: the client, and the servers that are shared."""

    client: Client
    control: Control
    servers: Mapping[str, int]

    def watch(self, system: System) -> Watch:
        """Look at a system and at the servers that it uses."""
        return Watch({**system.processes, **self.servers}, (self.client.pid, os.getpid()))


@dataclass(frozen=True, slots=True)
class Seen:
    """One stage of one system: its figures, and the messages that were published meanwhile."""

    stage: str
    figures: Figures
    messages: float


@contextmanager
def running(system: System, mongo_uri: str | None = None) -> Iterator[Tap]:
    """Start a system with a tap on its alerts; stop it at the end of the block."""
    system.start(mongo_uri=mongo_uri)
    try:
        alert = system.alert
        with Tap(alert.uri, alert.exchange, alert.routing_key, alert.case_of) as tap:
            yield tap
    finally:
        system.stop()


def measure(bench: Bench, system: System, stages: Sequence[Stage], tap: Tap) -> Iterator[Seen]:
    """Take a running system through stages, each when the one before has settled."""
    watch = bench.watch(system)
    for stage in stages:
        before, said, heard = watch.look(), taken(bench.control), tap.cases
        samples = fire(bench, system, stage)
        cases = {s.number: system.case_of(s.body) for s in samples if s.is_accepted}
        settle(tap, heard, len(cases))
        rest(watch)
        price = watch.look().since(before)
        published = taken(bench.control) - said
        found = figures(samples, cases, tap.alerts(), price, stage.seconds if stage.rate else 0.0)
        yield Seen(stage.name, found, published / max(len(cases), 1))


def fire(bench: Bench, system: System, stage: Stage) -> list[Sample]:
    """Send what a stage sends, and return what was answered."""
    requests = [system.request(number) for number in islice(NUMBERS, stage.requests)]
    at = urlsplit(requests[0].url)
    shot = Shot(
        at.hostname or "",
        at.port or 0,
        [octets(each.method, each.url, each.headers.items(), each.body) for each in requests],
        stage.seconds,
        stage.rate,
        stage.connections,
    )
    return bench.client.fire(shot)


def settle(tap: Tap, heard: int, wanted: int, within_s: float = SETTLED_WITHIN_S) -> None:
    """Return when so many more alerts have come, or none has come for a while."""
    last, changed = tap.cases, monotonic()
    until = monotonic() + within_s
    while tap.cases - heard < wanted and monotonic() < until:
        if tap.cases != last:
            last, changed = tap.cases, monotonic()
        if monotonic() - changed > QUIET_S:
            return
        Event().wait(LOOK_EVERY_S)


def rest(watch: Watch) -> None:
    """Return when what follows an alert is done, too: when the processes have little to do."""
    before, end = watch.look(), monotonic() + RESTED_WITHIN_S
    while monotonic() < end:
        Event().wait(REST_S)
        now = watch.look()
        if sum(now.since(before).cpu_s.values()) < REST_S * AT_REST:
            return
        before = now


def until(condition: Callable[[], bool], within_s: float) -> bool:
    """Wait until something is true, as long as that makes sense; return whether it is."""
    end = monotonic() + within_s
    while not condition():
        if monotonic() > end:
            return False
        Event().wait(LOOK_EVERY_S)
    return True
