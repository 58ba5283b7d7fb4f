"""The drill: answers of nobody, scored as a referral's are, by the same rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from services.risk.domain.assessment import Assessment, Told
from services.risk.domain.events import DrillAssessed
from services.risk.domain.model import RiskProfile
from services.risk.domain.ruleset import Rulebook

DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Drill:
    """The one drill that there is; `number` is that of the last which was scored."""

    id: ClassVar[str] = DRILL
    reference: ClassVar[str] = DRILL
    case_id: ClassVar[str] = DRILL
    number: int = 0

    def scored(self, number: int, made: Assessment, *, began_at: datetime) -> Decision:
        """Note that a drill was scored, and tell what came of it."""
        return replace(self, number=number), (DrillAssessed(made, began_at),)


def score(told: Told, rulebook: Rulebook, *, at: datetime) -> Assessment:
    """Assess what a drill says as the first referral of a case would be, and keep nothing of it."""
    blank = RiskProfile(DRILL, DRILL, DRILL, opened_at=told.source.at)
    profile, _ = blank.hear_referral(told, DRILL, rulebook, at)
    return profile.assessments[-1]


Decision = tuple[Drill, Sequence[object]]
