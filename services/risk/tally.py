"""What is to be seen from outside of assessments, without saying of whom."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.metrics import Metrics
from services.risk.domain.assessment import Assessment
from services.risk.domain.events import AssessmentAnnouncedAgain, RiskAssessed
from services.risk.domain.model import RiskProfile


class Tally:
    """Counts assessments, without saying of whom."""

    def __init__(self, metrics: Metrics) -> None:
        self._assessed = metrics.counter(
            "casework_risk_assessments_total",
            "Assessments made, by the band of the case and what they were made from.",
            ("band", "source"),
        )
        self._raised = metrics.counter(
            "casework_risk_judgement_raised_total",
            "Assessments whose level is higher by professional judgement than without.",
        )
        self._again = metrics.counter(
            "casework_risk_awaited_alerts_announced_again_total",
            "High assessments announced again because no alert was heard for them in time.",
        )
        self._failures = metrics.counter(
            "casework_risk_announcing_again_failures_total",
            "High assessments that could not be announced again; it is tried every few seconds.",
        )

    def count(self, profile: RiskProfile, events: Sequence[object]) -> None:
        """Count the events of a decision that has been saved."""
        for event in events:
            if isinstance(event, AssessmentAnnouncedAgain):
                self._again.inc()
            elif isinstance(event, RiskAssessed):
                self._count_assessment(profile.assessment(event.assessment_id))

    def insisting_failed(self) -> None:
        """Count an assessment that could not be announced again."""
        self._failures.inc()

    def _count_assessment(self, made: Assessment) -> None:
        self._assessed.labels(made.band.value, made.source.kind).inc()
        if made.is_raised_by_judgement:
            self._raised.inc()
