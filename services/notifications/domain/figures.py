"""How soon alerts were taken on and acted on, and which are open now: figures for managers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from services.notifications.domain.escalation import Kind

SHARES = (50, 90, 99)
AGES = {
    "under_15_minutes": timedelta(minutes=15),
    "under_1_hour": timedelta(hours=1),
    "under_1_day": timedelta(days=1),
    "under_1_week": timedelta(weeks=1),
}
OLDER = "older"


@dataclass(frozen=True, slots=True)
class Course:
    """What figures are made of: one alert, with when somebody first took it on and first acted."""

    kind: Kind
    level: int
    raised_at: datetime
    acknowledged_at: datetime | None
    actioned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Times:
    """How many alerts there were, how many came so far, and after how many seconds."""

    of: int
    done: int
    percentiles: dict[str, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one kind of alert in one area."""

    kind: Kind
    to_acknowledge: Times
    to_act: Times
    open_by_age: dict[str, int]
    open_by_level: dict[int, int]


def figures(
    courses: Iterable[Course], open_now: Iterable[Course], kind: Kind, *, at: datetime
) -> Figures:
    """Return the figures of a kind; percentiles are of those that came so far (nearest rank).

    Times are those of `courses`, which are of a time; `open_now` are all that are open, for the
    oldest of these are the ones that nobody must forget.
    """
    mine = [course for course in courses if course.kind is kind]
    still_open = [course for course in open_now if course.kind is kind]
    return Figures(
        kind,
        _times(mine, [course.acknowledged_at for course in mine]),
        _times(mine, [course.actioned_at for course in mine]),
        dict(Counter(_age(at - course.raised_at) for course in still_open)),
        dict(Counter(course.level for course in still_open)),
    )


def _times(courses: Sequence[Course], reached: Sequence[datetime | None]) -> Times:
    waits = sorted(
        (moment - course.raised_at).total_seconds()
        for course, moment in zip(courses, reached, strict=True)
        if moment is not None
    )
    shares = {f"p{share}": waits[ceil(len(waits) * share / 100) - 1] for share in SHARES if waits}
    return Times(len(courses), len(waits), shares)


def _age(age: timedelta) -> str:
    return next((name for name, limit in AGES.items() if age < limit), OLDER)
