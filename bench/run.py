"""One whole run: every round of every system, then what is measured of ours alone."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from time import monotonic

import pymongo

from bench.backlog import drain
from bench.inbox import live
from bench.limits import limits
from bench.load import Client
from bench.measuring import Bench, Seen, measure, running
from bench.plan import OURS, SYSTEMS, Plan, Stage
from bench.report import Replicated, Results, Row, Trips
from bench.systems.base import Servers, System
from bench.systems.catalogue import SYSTEMS as MADE_BY
from bench.systems.ours import Ours
from bench.tap import Tap
from bench.wire import NO_WORK, Proxy

Say = Callable[[str], None]


@dataclass
class Run:
    """Carries out a plan on servers that run; what was seen so far is in `results`."""

    plan: Plan
    servers: Servers
    client: Client
    say: Say
    systems: Sequence[str] = SYSTEMS
    results: Results = field(default_factory=Results)

    def __post_init__(self) -> None:
        self._began = monotonic()
        self._bench = Bench(self.client, self.servers.broker.control, self.servers.processes)
        self._made: dict[str, System] = {name: MADE_BY[name](self.servers) for name in self.systems}
        self.results.about = about(self.servers, self.plan)

    def everything(self) -> Results:
        """Do all of it; a part that breaks off is told of, and the others go on."""
        for number in range(self.plan.rounds):
            if self._is_too_late_for(number):
                self.say(f"no time for more than {number} of {self.plan.rounds} rounds")
                break
            self._part(f"round {number + 1}, limits", self._limits)
            for name in self.plan.order(number, self.systems):
                self._part(f"round {number + 1}, {name}", partial(self._round, number, name))
            self.results.about["rounds"] = number + 1
        for name in self.systems:
            self._part(f"round trips of {name}", partial(self._counted, name))
        if OURS in self.systems:
            self._part("live inbox", self._inbox)
            for replicas in self.plan.replicas:
                self._part(f"{replicas} of each hearer", partial(self._replicated, replicas))
            self._part("backlog", self._backlog)
        return self.results

    def _is_too_late_for(self, number: int) -> bool:
        """Would another round, as long as those before it, end after its time?"""
        took = monotonic() - self._began
        return number > 0 and took * (number + 1) / number > self.plan.rounds_within_s

    def _part(self, what: str, do: Callable[[], str]) -> None:
        try:
            self._tell(what, do())
        except Exception as error:
            self.results.about["broken"].append(f"{what}: {error!r}")
            self._tell(what, f"broke off: {error!r}")

    def _tell(self, what: str, seen: str) -> None:
        self.say(f"{monotonic() - self._began:6.0f} s  {what:<22} {seen}")

    def _limits(self) -> str:
        found = limits(self.servers, self.plan.limit_seconds)
        self.results.limits.append(found)
        return ", ".join(f"{name} {rate:,.0f}/s" for name, rate in found.items())

    def _round(self, number: int, name: str) -> str:
        for seen in self._through(self._made[name], self.plan.stages):
            self.results.rows.append(Row(number, name, seen.stage, seen.figures, seen.messages))
        return "; ".join(
            f"{row.stage}: {row.figures.alerts_per_s:.0f} alerts/s, "
            f"{row.figures.alert_p50:.1f}, {row.figures.alert_p99:.1f} ms"
            for row in self.results.rows
            if (row.round, row.system) == (number, name)
        )

    def _through(self, system: System, stages: Sequence[Stage]) -> Iterator[Seen]:
        with self._warm(system) as tap:
            yield from measure(self._bench, system, stages, tap)

    @contextmanager
    def _warm(self, system: System, mongo_uri: str | None = None) -> Iterator[Tap]:
        with running(system, mongo_uri) as tap:
            list(measure(self._bench, system, [self.plan.warm_up], tap))
            yield tap

    def _counted(self, name: str) -> str:
        system, told = self._made[name], []
        with Proxy(self.servers.mongo_uri) as proxy, self._warm(system, proxy.uri) as tap:
            for stage in self.plan.counted:
                before = proxy.counts()
                (seen,) = measure(self._bench, system, [stage], tap)
                asked, referrals = proxy.counts() - before, max(seen.figures.accepted, 1)
                each = {
                    word: times / referrals
                    for word, times in asked.most_common()
                    if word not in NO_WORK
                }
                told.append(Trips(name, stage.name, referrals, each))
        self.results.trips += told
        return "; ".join(f"{each.stage}: {each.each:.1f} for a referral" for each in told)

    def _inbox(self) -> str:
        self.results.inbox = seen = live(self.servers, self.client, self.plan.inbox)
        return f"p50 {seen.p50_ms:.1f} ms, p99 {seen.p99_ms:.1f} ms, {seen.shown} of {seen.sent}"

    def _replicated(self, replicas: int) -> str:
        system, saturation = Ours(self.servers, replicas=replicas), self.plan.stages[-1]
        (seen,) = self._through(system, [saturation])
        rate, spent = seen.figures.alerts_per_s, seen.figures.cpu_ms_per_referral
        self.results.replicated.append(Replicated(replicas, rate, spent))
        return f"{rate:.0f} alerts/s, {spent:.0f} ms of CPU for a referral"

    def _backlog(self) -> str:
        seen = drain(self._bench, self.servers, self._made[OURS], self.plan.backlog)
        self.results.drained.append(seen)
        return (
            f"{seen.backlog} drained at {seen.per_s:.0f}/s ({seen.heard_per_s:.0f} messages/s), "
            f"{seen.share:.2f} of the raw loop's {seen.raw_per_s:.0f}/s"
        )


def about(servers: Servers, plan: Plan) -> dict[str, object]:
    """Return where and how a run was made."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "pymongo": pymongo.version,
        "database": servers.database.kind,
        "broker": servers.broker.control("version").strip(),
        "load_at_start": [round(each, 2) for each in os.getloadavg()],
        "rounds": plan.rounds,
        "stages": [f"{stage.name} for {stage.seconds:g} s" for stage in plan.stages],
        "broken": [],
    }
