"""What may be done with risk profiles: one function each; time and ids are arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.risk.domain import drill
from services.risk.domain.assessment import Assessment, Told
from services.risk.domain.model import Decision, RiskProfile
from services.risk.domain.ruleset import Rulebook

Decide = Callable[[RiskProfile], Decision]


class Profiles(Protocol):
    """The risk profiles, as these functions need them; a key is a case's id or reference."""

    def open_or_change(self, fresh: Decision, decide: Decide) -> RiskProfile:
        """Insert a new profile; if the case has one already, change that one."""

    def change(self, key: str, decide: Decide) -> RiskProfile:
        """Load, decide and save; a reason that was applied before changes nothing."""

    def load(self, key: str) -> RiskProfile:
        """Return a profile."""

    def unanswered(self, at: datetime, limit: int) -> Sequence[str]:
        """Return the cases whose awaited alert is overdue, and whose last words are on the bus."""


class Drills(Protocol):
    """The one drill, as it is kept."""

    def is_piling_up(self) -> bool:
        """Tell whether more than one thing that was said of it has not been heard yet."""

    def turn(
        self, first: drill.Decision, decide: Callable[[drill.Drill], drill.Decision]
    ) -> drill.Drill:
        """Load, decide and save; where there is none yet, save the first."""


@dataclass(frozen=True, slots=True)
class Referred:
    """A case that a referral is about."""

    case_id: str
    reference: str
    area: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """Some assessments, the newest first; `before` continues them (None: there are no more)."""

    assessments: tuple[Assessment, ...]
    before: int | None
    review_due_at: datetime | None


def assess_referral(
    profiles: Profiles, case: Referred, told: Told, rulebook: Rulebook, *, at: datetime
) -> RiskProfile:
    """Assess what a referral says: one insert for a new case, else merged into what is known."""

    def decide(profile: RiskProfile) -> Decision:
        return profile.hear_referral(told, case.area, rulebook, at)

    blank = RiskProfile(case.case_id, case.reference, case.area, opened_at=told.source.at)
    return profiles.open_or_change(decide(blank), decide)


def assess_session(
    profiles: Profiles, case_id: str, told: Told, rulebook: Rulebook, *, at: datetime
) -> None:
    """Assess what was disclosed in a session, if anything was.

    A session may be heard before the referral of its case: the profile is then not found, and the
    event must be tried again.
    """
    if told.says_something:
        profiles.change(case_id, lambda found: found.hear(told, rulebook, at))


def reassess(
    profiles: Profiles, reference: str, told: Told, rulebook: Rulebook, *, at: datetime
) -> Assessment:
    """Assess again by a person's correction, judgement or news of an incident."""
    profile = profiles.change(reference, lambda found: found.reassess(told, rulebook, at))
    return profile.assessment(told.assessment_id)


def read_assessments(profiles: Profiles, reference: str, *, before: int | None, limit: int) -> Leaf:
    """Return assessments of a case, the newest first, from the one before a number on."""
    profile = profiles.load(reference)
    older = [a for a in reversed(profile.assessments) if before is None or a.number < before]
    shown = tuple(older[:limit])
    return Leaf(shown, shown[-1].number if len(older) > limit else None, profile.review_due_at)


def note_alert(profiles: Profiles, case_id: str, assessment_id: str | None) -> None:
    """Note that somebody is being told of an assessment; other alerts are none of ours."""
    if assessment_id is not None:
        profiles.change(case_id, lambda found: found.hear_alert(assessment_id))


def close_case(profiles: Profiles, case_id: str, *, at: datetime) -> None:
    """Stop the reviews of a closed case."""
    profiles.change(case_id, lambda found: found.close(at))


def insist(profiles: Profiles, case_id: str, *, at: datetime) -> None:
    """Announce a high assessment again for which nobody has raised an alert in time."""
    profiles.change(case_id, lambda found: found.insist(at))


def assess_drill(
    drills: Drills,
    number: int,
    told: Told,
    rulebook: Rulebook,
    *,
    began_at: datetime,
    at: datetime,
) -> None:
    """Score a drill and tell the result; while nobody hears, say no more."""
    if drills.is_piling_up():
        return
    made = drill.score(told, rulebook, at=at)

    def decide(known: drill.Drill) -> drill.Decision:
        return known.scored(number, made, began_at=began_at)

    drills.turn(decide(drill.Drill()), decide)
