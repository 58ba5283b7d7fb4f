"""From what was seen to what is said: ratios taken within each round, with their spread."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from statistics import median
from typing import Any

from bench.figures import Figures
from bench.plan import FASTSTREAM, NAMEKO, OURS, SATURATED

OTHERS = (NAMEKO, FASTSTREAM)
USUAL = "20/s"
BUSY = "100/s"
"""The rates at which latency, and what a referral asks of the database, are read off."""


@dataclass(frozen=True, slots=True)
class Row:
    """One stage of one system in one round."""

    round: int
    system: str
    stage: str
    figures: Figures
    messages: float


@dataclass(frozen=True, slots=True)
class Trips:
    """What a stage asked of the database: requests for a referral, by command."""

    system: str
    stage: str
    referrals: int
    commands: Mapping[str, float]

    @property
    def each(self) -> float:
        """Return the round trips for one referral."""
        return sum(self.commands.values())


@dataclass(frozen=True, slots=True)
class Drained:
    """A backlog: how fast it went away, beside the raw loop on the same servers.

    `per_s` are referrals, each heard by several services; `heard_per_s` is what all of them
    acknowledged. `left` did not come in time.
    """

    system: str
    backlog: int
    per_s: float
    raw_per_s: float
    heard_per_s: float
    left: int

    @property
    def share(self) -> float:
        """Return the rate as a share of the raw loop's."""
        return self.per_s / self.raw_per_s if self.raw_per_s else float("nan")


@dataclass(frozen=True, slots=True)
class Replicated:
    """Saturation with so many processes of each service that hears; CPU is of all processes."""

    replicas: int
    alerts_per_s: float
    cpu_ms_per_referral: float


@dataclass(frozen=True, slots=True)
class Inbox:
    """From the moment at which a referral is to be sent until it is in an open inbox."""

    rate: float
    sent: int
    shown: int
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Spread:
    """A ratio in each round; what is said of it is the median."""

    per_round: tuple[float, ...]

    @property
    def middle(self) -> float:
        """Return the median."""
        return median(self.per_round) if self.per_round else float("nan")

    def as_json(self) -> dict[str, Any]:
        """Return least, median and most, and each round's."""
        if not self.per_round:
            return {"min": None, "median": None, "max": None, "per_round": []}
        told = {"min": min(self.per_round), "median": self.middle, "max": max(self.per_round)}
        rounded = {name: round(value, 3) for name, value in told.items()}
        return rounded | {"per_round": [round(value, 3) for value in self.per_round]}


@dataclass
class Results:
    """Everything that a run has seen."""

    rows: list[Row] = field(default_factory=list)
    limits: list[Mapping[str, float]] = field(default_factory=list)
    trips: list[Trips] = field(default_factory=list)
    drained: list[Drained] = field(default_factory=list)
    replicated: list[Replicated] = field(default_factory=list)
    inbox: Inbox | None = None
    about: dict[str, Any] = field(default_factory=dict)

    def stages(self) -> list[str]:
        """Return the names of the stages, in order."""
        return list(dict.fromkeys(row.stage for row in self.rows))

    def systems(self) -> list[str]:
        """Return the names of the systems that were measured, ours first."""
        seen = {row.system for row in self.rows}
        return [name for name in (OURS, *OTHERS) if name in seen]

    def of(self, system: str, stage: str) -> list[Row]:
        """Return the rows of a system at a stage, round after round."""
        return [row for row in self.rows if (row.system, row.stage) == (system, stage)]

    def middle(self, system: str, stage: str, read: Callable[[Row], float]) -> float:
        """Return the median of a figure over all rounds."""
        found = [value for row in self.of(system, stage) if isfinite(value := read(row))]
        return median(found) if found else float("nan")

    def ratio(self, other: str, stage: str, read: Callable[[Row], float]) -> Spread:
        """Return a figure of ours for 1 of another's, round by round."""
        theirs = {row.round: read(row) for row in self.of(other, stage)}
        ours = {row.round: read(row) for row in self.of(OURS, stage)}
        both = ((ours[number], theirs[number]) for number in ours if number in theirs)
        return Spread(tuple(our / their for our, their in both if is_ratio(our, their)))

    def trips_of(self, system: str, stage: str = BUSY) -> float:
        """Return the database round trips for one referral."""
        found = [each.each for each in self.trips if (each.system, each.stage) == (system, stage)]
        return median(found) if found else float("nan")


def is_ratio(our: float, their: float) -> bool:
    """Can one be divided by the other?"""
    return isfinite(our) and isfinite(their) and their > 0


FIGURES: Mapping[str, Callable[[Row], float]] = {
    "accepted_per_s": lambda row: row.figures.accepted_per_s,
    "alerts_per_s": lambda row: row.figures.alerts_per_s,
    "answer_p50": lambda row: row.figures.answer_p50,
    "answer_p99": lambda row: row.figures.answer_p99,
    "alert_p50": lambda row: row.figures.alert_p50,
    "alert_p99": lambda row: row.figures.alert_p99,
    "cpu_ms_per_referral": lambda row: row.figures.cpu_ms_per_referral,
    "own_cpu_ms_per_referral": lambda row: row.figures.own_cpu_ms_per_referral,
    "own_rss_mb": lambda row: row.figures.own_rss_mb,
    "messages": lambda row: row.messages,
}
"""What is compared, for one referral where it says so. Of the rates more is better, else less."""


def ratios(results: Results) -> dict[str, dict[str, dict[str, Any]]]:
    """Return every ratio: other system → stage → figure → its spread."""
    return {
        other: {
            stage: {
                name: results.ratio(other, stage, read).as_json() for name, read in FIGURES.items()
            }
            for stage in results.stages()
        }
        for other in OTHERS
        if other in results.systems()
    }


def headline(results: Results) -> dict[str, float | None]:
    """Return the figures of the last line.

    Throughput is of alerts at saturation, from the first referral to the last alert; latency is
    from referral to alert at twenty a second. Both as ours for 1 of theirs.
    """
    alerts, p50, p99 = (FIGURES[name] for name in ("alerts_per_s", "alert_p50", "alert_p99"))
    told = {
        "throughput_vs_nameko": results.ratio(NAMEKO, SATURATED, alerts).middle,
        "throughput_vs_faststream": results.ratio(FASTSTREAM, SATURATED, alerts).middle,
        "latency_p50_vs_nameko": results.ratio(NAMEKO, USUAL, p50).middle,
        "latency_p99_vs_nameko": results.ratio(NAMEKO, USUAL, p99).middle,
        "db_round_trips_per_referral": results.trips_of(OURS),
    }
    return {name: round(value, 3) if isfinite(value) else None for name, value in told.items()}


def as_json(results: Results) -> str:
    """Return everything, for the file of results."""
    told = {
        "about": results.about,
        "headline": headline(results),
        "ratios": ratios(results),
        "limits": results.limits,
        "round_trips": [asdict(each) | {"each": each.each} for each in results.trips],
        "backlog": [asdict(each) | {"share": each.share} for each in results.drained],
        "replicas": [asdict(each) for each in results.replicated],
        "inbox": asdict(results.inbox) if results.inbox else None,
        "rows": [
            {
                "round": row.round,
                "system": row.system,
                "stage": row.stage,
                "messages": row.messages,
                **row.figures.as_json(),
            }
            for row in results.rows
        ],
    }
    return json.dumps(told, indent=1, default=str)
