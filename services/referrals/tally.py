"""What is to be seen from outside of referrals and of the drill, without saying whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from services.chassis.age import Age
from services.chassis.metrics import Metrics
from services.chassis.web.problems import slug_of
from services.referrals.domain.drill import Course, Drill
from services.referrals.usecases import Receipt

DRILL_TOOK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Tally:
    """Counts what comes in, without saying from whom or of whom."""

    def __init__(self, metrics: Metrics) -> None:
        self._accepted = metrics.counter(
            "casework_referrals_accepted_total",
            "Referrals stored for good, by area and instrument.",
            ("area", "instrument"),
        )
        self._repeats = metrics.counter(
            "casework_referrals_repeats_flagged_total",
            "Referrals of women who were referred within the twelve months before, by area.",
            ("area",),
        )
        self._replays = metrics.counter(
            "casework_referrals_replays_total", "Referrals that had been stored before."
        )
        self._refusals = metrics.counter(
            "casework_referrals_refusals_total",
            "Submissions and decisions refused by a rule, by reason.",
            ("reason",),
        )

    def count(self, receipt: Receipt) -> None:
        """Count what became of a submission."""
        if receipt.is_replay:
            self._replays.inc()
            return
        facts = receipt.referral.facts
        self._accepted.labels(facts.area, facts.instrument).inc()
        if receipt.referral.repeat:
            self._repeats.labels(facts.area).inc()

    @contextmanager
    def refusals(self, known: Mapping[type[Exception], object]) -> Iterator[None]:
        """Count a refusal on its way to whoever is refused."""
        try:
            yield
        except tuple(known) as refusal:
            self._refusals.labels(slug_of(refusal)).inc()
            raise


class DrillTally:
    """Counts and times drills, and shows how long ago the last one succeeded.

    Where no drill is begun (`is_on`), no age is shown: it would grow without meaning anything.
    """

    def __init__(self, metrics: Metrics, now: Callable[[], datetime], *, is_on: bool) -> None:
        self._now = now
        self._drills = metrics.counter(
            "casework_drills_total",
            "Drills by what became of them: begun, succeeded, failed, overdue.",
            ("course",),
        )
        for course in Course:
            self._drills.labels(course.value)
        self._took = metrics.histogram(
            "casework_drill_seconds",
            "Time of a drill from its beginning until it came back.",
            buckets=DRILL_TOOK,
        )
        self._succeeded = metrics.gauge(
            "casework_drill_last_success_timestamp_seconds",
            "When a drill last came back as an alert that would have been raised; 0: never yet.",
        )
        self._age = _drill_age(metrics) if is_on else None

    def count(self, drill: Drill, _events: Sequence[object]) -> None:
        """Count what has become of the drill, once that has been saved."""
        self._drills.labels(drill.course.value).inc()
        if drill.course is Course.SUCCEEDED and drill.took_s is not None:
            self._took.observe(drill.took_s)
        self.show(drill)

    def show(self, drill: Drill) -> None:
        """Show the last success, whichever process has heard of it."""
        if self._age is not None:
            self._age.happened(drill.quiet_since, self._now())
        if drill.succeeded_at is not None:
            self._succeeded.set(drill.succeeded_at.timestamp())


def _drill_age(metrics: Metrics) -> Age:
    return Age(
        metrics.gauge(
            "casework_drill_age_seconds",
            "How long the last success of a drill is ago: if this grows, alerts do not arrive.",
        )
    )
