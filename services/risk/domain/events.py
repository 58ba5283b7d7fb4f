"""What has happened to a risk profile, in the words of the domain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.risk.domain.assessment import Assessment


@dataclass(frozen=True, slots=True)
class RiskAssessed:
    """The case has been assessed."""

    assessment_id: str


@dataclass(frozen=True, slots=True)
class AssessmentAnnouncedAgain:
    """A high assessment was said once more, because nobody has raised an alert for it yet."""

    assessment_id: str


@dataclass(frozen=True, slots=True)
class DrillAssessed:
    """A drill that began at a moment was scored; `made` is kept nowhere else."""

    made: Assessment
    began_at: datetime
