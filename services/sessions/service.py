"""The sessions service: case files and outreach sessions, by HTTP and by events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.metrics import Metrics
from services.chassis.runtime import Runtime
from services.chassis.wiring import Wired
from services.sessions.announcements import announce
from services.sessions.api import Api
from services.sessions.consumers import Consumers
from services.sessions.domain.engagement import Rules
from services.sessions.domain.events import EngagementLapsed, SessionRecorded
from services.sessions.domain.model import CaseFile
from services.sessions.repository import CaseFiles
from services.sessions.settings import read_rules


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


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with."""

    files: CaseFiles
    rules: Rules


def wire(runtime: Runtime) -> Parts:
    """Make the parts of this service."""
    return Parts(CaseFiles(runtime, announce, Tally(runtime.metrics).count), read_rules())


class Sessions(Api, Consumers):
    """The service: its name, its parts, and the doors of its two rooms."""

    name = "sessions"
    parts = Wired(wire)
