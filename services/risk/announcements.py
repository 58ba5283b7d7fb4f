"""From what has happened to a risk profile to what the bus is told of it: ids and codes only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.ids import derived_id
from services.contracts.envelope import Announcement
from services.risk.domain.assessment import Assessment
from services.risk.domain.drill import Drill
from services.risk.domain.events import AssessmentAnnouncedAgain, DrillAssessed, RiskAssessed
from services.risk.domain.model import RiskProfile


def announce(profile: RiskProfile, event: object) -> Announcement:
    """Return the announcement of a domain event.

    An assessment that is announced again keeps its event id, so that whoever heard it the first
    time hears nothing new.
    """
    if not isinstance(event, RiskAssessed | AssessmentAnnouncedAgain):
        raise TypeError(f"{type(event).__name__} of case {profile.id} has no announcement")
    made = profile.assessment(event.assessment_id)
    event_id = derived_id("risk_assessed", made.id)
    return Announcement("risk_assessed", 1, _data(profile, made), event_id)


def announce_drill(drill: Drill, event: object) -> Announcement:
    """Return the announcement that a drill has been scored.

    Raises:
        TypeError: something else has happened, of which nothing is said.

    """
    if not isinstance(event, DrillAssessed):
        raise TypeError(f"{type(event).__name__} of a drill has no announcement")
    told = {"number": drill.number, "began_at": event.began_at}
    return Announcement("drill_assessed", 1, _scored(event.made) | told)


def _data(profile: RiskProfile, made: Assessment) -> Mapping[str, Any]:
    source = {"kind": made.source.kind, "id": made.source.id, "at": made.source.at}
    placed = {"case_reference": profile.reference, "area": profile.area}
    return {**_scored(made), **placed, "source": source}


def _scored(made: Assessment) -> dict[str, Any]:
    return {
        "assessment_id": made.id,
        "number": made.number,
        "instrument": made.instrument,
        "ruleset_version": made.ruleset_version,
        **_score(made),
        "band": made.band.value,
        "previous_band": made.previous_band.value if made.previous_band else None,
        "worsened": made.worsened,
        "grounds": [ground.value for ground in made.finding.grounds],
        "cues": list(made.finding.cues),
        "changed_items": [change.item for change in made.changes],
        "due_review_at": made.due_review_at,
    }


def _score(made: Assessment) -> Mapping[str, Any]:
    """Return the figures; an instrument without items has no score and nothing unknown."""
    score = made.finding.score
    return {
        "score": score.yes if score else None,
        "score_max_if_unknown": score.max_if_unknown if score else None,
        "dont_know": score.dont_know if score else 0,
        "not_stated": score.not_stated if score else 0,
    }
