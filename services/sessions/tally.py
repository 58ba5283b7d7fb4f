"""What is to be seen from outside of sessions, without saying of whom."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.metrics import Metrics
from services.sessions.domain.events import EngagementLapsed, SessionRecorded
from services.sessions.domain.model import CaseFile


class Tally:
    """Counts what was recorded, without saying of whom; corrections do not count again."""

    def __init__(self, metrics: Metrics) -> None:
        self._recorded = metrics.counter(
            "casework_sessions_recorded_total", "Sessions recorded, by attendance.", ("attendance",)
        )
        self._approaches = metrics.counter(
            "casework_sessions_approaches_total",
            "Approaches used in sessions that took place.",
            ("approach",),
        )
        self._lapses = metrics.counter(
            "casework_sessions_lapses_total", "Times that missed sessions asked for reaching out."
        )

    def count(self, file: CaseFile, events: Sequence[object]) -> None:
        """Count the events of a decision that has been saved."""
        for event in events:
            if isinstance(event, EngagementLapsed):
                self._lapses.inc()
            elif isinstance(event, SessionRecorded):
                self._count_session(file, event)

    def _count_session(self, file: CaseFile, event: SessionRecorded) -> None:
        session = file.session(event.session_id)
        if session.corrects is None:
            self._recorded.labels(session.attendance.value).inc()
            for approach in session.approaches:
                self._approaches.labels(approach).inc()
