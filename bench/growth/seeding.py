"""Years of work, stored as the services store it: copies of real cases, in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import cycle, islice
from time import perf_counter
from typing import Any

from bench.growth.originals import Course, Original
from bench.growth.stencil import Names
from bench.growth.system import System

BATCH = 250
YEARS = timedelta(days=4 * 365)
LATELY = timedelta(days=60)
TODAY = timedelta(hours=6)
STANDING: Mapping[Course, int] = {Course.ACTIVE: 200, Course.WAITING: 24, Course.TAKEN_ON: 12}
OVER: Sequence[Course] = (
    *(Course.CLOSED_HIGH, Course.CLOSED_MEDIUM) * 4,
    *(Course.CLOSED_HIGH, Course.DECLINED),
)


@dataclass(frozen=True, slots=True)
class Seeded:
    """How many cases were stored, as how many documents and octets, and in which time."""

    cases: int
    documents: int
    octets: int
    seconds: float


def courses(stored: int, wanted: int) -> Iterator[Course]:
    """Yield the courses of the cases that are missing.

    What a team has in hand does not grow with the years: it is stored once, and all the rest is
    over.
    """
    standing = [course for course, count in STANDING.items() for _ in range(count)]
    first = standing if stored == 0 else []
    over = cycle(OVER)
    yield from islice((*first, *islice(over, max(wanted - stored - len(first), 0))), wanted)


def earlier(course: Course, part: float) -> timedelta:
    """Return how long ago a case happened; `part`, from 0 to 1, is its place among its like."""
    if course in (Course.WAITING, Course.TAKEN_ON):
        return TODAY * part
    return LATELY * part if course is Course.ACTIVE else timedelta(days=2) + YEARS * part


def seed(
    system: System, originals: Mapping[Course, Sequence[Original]], stored: int, wanted: int
) -> Seeded:
    """Store cases until there are as many as wanted."""
    since, taken = perf_counter(), set[bytes]()
    made, octets = 0, 0
    sources = {course: cycle(found) for course, found in originals.items()}
    plan = list(courses(stored, wanted))
    for begin in range(0, len(plan), BATCH):
        batch: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for place, course in enumerate(plan[begin : begin + BATCH], begin):
            # The golden section spreads any number of cases evenly over the years.
            ago = earlier(course, place * 0.6180339887 % 1)
            _add(batch, next(sources[course]), Names(ago // timedelta(milliseconds=1), taken))
        made += sum(map(len, batch.values()))
        octets += _store(system, batch)
    return Seeded(len(plan), made, octets, perf_counter() - since)


def _add(batch: dict[tuple[str, str], list[Any]], original: Original, names: Names) -> None:
    for place, stencils in original.items():
        batch[place] += [each.copy(names.renamed, names.moved) for each in stencils]


def _store(system: System, batch: Mapping[tuple[str, str], Sequence[Any]]) -> int:
    for (service, collection), documents in batch.items():
        system.store(service)[collection].insert_many(documents, ordered=False)
    return sum(len(document.raw) for documents in batch.values() for document in documents)
