"""What was measured, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.growth.pace import Timing, ratios
from bench.growth.queries import Question
from bench.growth.seeding import Seeded
from bench.growth.streams import Streams

SHOWN = 40


@dataclass
class Told:
    """All that a run has found; sizes in the order in which they were measured."""

    database: str
    seeded: dict[int, Seeded] = field(default_factory=dict)
    timings: dict[int, Sequence[Timing]] = field(default_factory=dict)
    streams: Streams | None = None
    questions: Sequence[Question] = ()

    def lines(self) -> Iterator[str]:
        """Yield the report."""
        yield f"Growth, on {self.database}"
        for size, seeded in self.seeded.items():
            yield from _of_seeding(size, seeded)
        for size in self.timings:
            yield from self.of_timings(size)
        if self.streams is not None:
            yield from _of_streams(self.streams)
        if self.questions:
            yield from _of_questions(self.questions)

    def as_json(self) -> Mapping[str, Any]:
        """Return it for a file of results."""
        first = next(iter(self.timings.values()), ())
        return {
            "database": self.database,
            "seeded": {size: asdict(seeded) for size, seeded in self.seeded.items()},
            "timings": {
                size: [_timing(each) for each in now] for size, now in self.timings.items()
            },
            "ratios": {size: ratios(first, now) for size, now in self.timings.items()},
            "streams": asdict(self.streams) if self.streams else None,
            "questions": [_question(each) for each in self.questions],
        }

    def of_timings(self, size: int) -> Iterator[str]:
        """Yield what was timed at one size, against the first."""
        first, now = next(iter(self.timings.values())), self.timings[size]
        grown = ratios(first, now)
        yield f"\n{size:,} stored cases; * is on the way of an alert"
        yield f"  {'':30}{'p50 ms':>10}{'p99 ms':>10}{'ratio p50':>11}{'p99':>7}"
        for timing in now:
            p50, p99 = grown[timing.name]
            name = f"{'*' if timing.is_on_the_way else ' '} {timing.name}"
            yield f"  {name:30}{timing.p50:10.1f}{timing.p99:10.1f}{p50:11.2f}{p99:7.2f}"


def _of_seeding(size: int, seeded: Seeded) -> Iterator[str]:
    rate = seeded.cases / seeded.seconds if seeded.seconds else 0
    yield (
        f"  up to {size:,}: {seeded.cases:,} cases as {seeded.documents:,} documents "
        f"({seeded.octets / 1e6:,.0f} MB) in {seeded.seconds:,.0f} s, {rate:,.0f} cases/s"
    )


def _of_streams(found: Streams) -> Iterator[str]:
    yield f"\n{found.opened:,} idle live streams on one portal, opened in {found.opening_s:.1f} s"
    yield f"  memory {found.kb_of_each:.0f} kB each, CPU when idle {found.idle_cpu_percent:.1f} %"
    yield (
        f"  an alert reached {found.reached:,}: the first after {found.first_ms:.0f} ms, "
        f"half after {found.p50_ms:.0f} ms, the last after {found.last_ms:.0f} ms"
    )


def _of_questions(questions: Sequence[Question]) -> Iterator[str]:
    yield "\nQuestions by form; ! no index serves it by equality, sort, range; scan: as explained"
    yield f"  {'p50 ms':>8}{'longest':>9}{'times':>7}  question"
    for each in questions[:SHOWN]:
        mark = "  " if each.is_served else "! "
        scan = " [scan]" if each.scans else ""
        yield f"  {each.p50:8.1f}{each.longest:9.1f}{each.times:7}  {mark}{each.form}{scan}"


def _timing(timing: Timing) -> Mapping[str, Any]:
    named = {"name": timing.name, "is_on_the_way": timing.is_on_the_way, "times": len(timing.ms)}
    return named | {"p50": timing.p50, "p99": timing.p99}


def _question(question: Question) -> Mapping[str, Any]:
    names = ("database", "times", "p50", "longest", "most_found", "is_served", "plan")
    return {"form": str(question.form)} | {name: getattr(question, name) for name in names}
