"""What has happened to a risk profile, in the words of the domain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RiskAssessed:
    """The case has been assessed."""

    assessment_id: str


@dataclass(frozen=True, slots=True)
class AssessmentAnnouncedAgain:
    """A high assessment was said once more, because nobody has raised an alert for it yet."""

    assessment_id: str
