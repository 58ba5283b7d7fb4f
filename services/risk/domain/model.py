"""The risk profile of a case: it hears, learns, assesses, and insists until it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from services.risk.domain import dash
from services.risk.domain.assessment import (
    Assessment,
    Judgement,
    Line,
    Told,
    changes,
    is_worse,
    standing,
)
from services.risk.domain.errors import GradeNotTaken, ItemNotOfInstrument, NothingToAssess
from services.risk.domain.events import AssessmentAnnouncedAgain, RiskAssessed
from services.risk.domain.ruleset import ITEMS, Band, Rulebook, Ruleset

ANSWERED_WITHIN = timedelta(seconds=30)
INSIST_EVERY_AT_MOST = timedelta(minutes=10)
NEVER_LATER = INSIST_EVERY_AT_MOST + timedelta(minutes=1)
FIRST_CHOICE = "DASH-24"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class AwaitedAlert:
    """A high assessment for which no alert has been heard yet, and when to say it again."""

    assessment_id: str
    number: int
    announce_again_at: datetime
    times: int = 0

    def is_overdue(self, at: datetime) -> bool:
        """Tell whether it is to be said again: in its time, or if a clock since put back set it."""
        return self.announce_again_at <= at or self.announce_again_at > at + NEVER_LATER

    def put_off(self, at: datetime) -> AwaitedAlert:
        """Return it after one more announcement; the pauses double up to ten minutes."""
        pause = min(ANSWERED_WITHIN * 2 ** min(self.times + 1, 10), INSIST_EVERY_AT_MOST)
        return replace(self, announce_again_at=at + pause, times=self.times + 1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the case beside any instrument."""

    incidents_at: tuple[datetime, ...] = ()
    incident_counts: tuple[dash.IncidentCount, ...] = ()
    further_incidents_at: tuple[datetime, ...] = ()
    previous_maracs_at: tuple[datetime, ...] = ()

    def hear(self, told: Told) -> Facts:
        """Return the facts with what was told added; nothing is ever taken away."""
        further = told.incident_at or (told.source.at if told.is_further_incident else None)
        count = told.incident_count
        counted = None if count is None else dash.IncidentCount(count, told.source.at)
        return Facts(
            incidents_at=_with(self.incidents_at, told.incident_at),
            incident_counts=_with(self.incident_counts, counted),
            further_incidents_at=_with(self.further_incidents_at, further),
            previous_maracs_at=_with(self.previous_maracs_at, told.previous_marac_at),
        )


@dataclass(frozen=True, slots=True)
class RiskProfile:
    """All that bears on the risk of one case; its assessments are only ever added to.

    `id` is the case's id. `area` is that of the newest referral, of `opened_at`, for she may have
    moved; `areas` are those of all, whose staff see the case. A closure which is heard late does
    not close a case that was referred again.
    """

    id: str
    reference: str
    area: str
    opened_at: datetime
    areas: tuple[str, ...] = ()
    closed_at: datetime | None = None
    lines: Mapping[str, Line] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    judgement: Judgement | None = None
    assessments: tuple[Assessment, ...] = ()
    awaited: AwaitedAlert | None = None

    @property
    def case_id(self) -> str:
        """Return the case that it belongs to, which is also its id."""
        return self.id

    @property
    def is_closed(self) -> bool:
        """Has the case been closed since it was last referred?"""
        return self.closed_at is not None and self.closed_at >= self.opened_at

    @property
    def review_due_at(self) -> datetime | None:
        """Return when the newest assessment must be looked at again; None once it is closed."""
        if self.is_closed or not self.assessments:
            return None
        return self.assessments[-1].due_review_at

    def has(self, assessment_id: str) -> bool:
        """Has this assessment been made?"""
        return any(made.id == assessment_id for made in self.assessments)

    def assessment(self, id: str) -> Assessment:
        """Return one of its assessments.

        Raises:
            LookupError: it has none of this id.

        """
        for made in self.assessments:
            if made.id == id:
                return made
        raise LookupError(f"case {self.id} has no assessment {id}")

    def hear_referral(self, told: Told, area: str, rulebook: Rulebook, at: datetime) -> Decision:
        """Learn from a referral and assess, whatever it says; the newest one names the area."""
        if self.has(told.assessment_id):
            return self, ()
        seen = replace(self, areas=tuple(sorted({*self.areas, area})))
        if told.source.at >= self.opened_at:
            seen = replace(seen, area=area, opened_at=told.source.at)
        return seen._assess(told, rulebook, at)

    def hear(self, told: Told, rulebook: Rulebook, at: datetime) -> Decision:
        """Learn from a session and assess; where nothing was disclosed, nothing happens."""
        if not told.says_something or self.has(told.assessment_id):
            return self, ()
        return self._assess(told, rulebook, at)

    def reassess(self, told: Told, rulebook: Rulebook, at: datetime) -> Decision:
        """Take a person's correction, with her reasons, and assess.

        Raises:
            NothingToAssess: she gave nothing.
            ItemNotOfInstrument, GradeNotTaken: the instrument has no place for it.

        """
        if self.has(told.assessment_id):
            return self, ()
        self._refuse_misplaced(told, rulebook.of(self.area))
        return self._assess(told, rulebook, at)

    def hear_alert(self, assessment_id: str) -> Decision:
        """Note that an alert covers an assessment, and with it every earlier one."""
        if self.awaited is None or not self.has(assessment_id):
            return self, ()
        is_covered = self.assessment(assessment_id).number >= self.awaited.number
        return (replace(self, awaited=None) if is_covered else self), ()

    def insist(self, at: datetime) -> Decision:
        """Announce the awaited assessment again if its time has come."""
        if self.awaited is None or not self.awaited.is_overdue(at):
            return self, ()
        said = AssessmentAnnouncedAgain(self.awaited.assessment_id)
        return replace(self, awaited=self.awaited.put_off(at)), (said,)

    def close(self, at: datetime) -> Decision:
        """Stop reviews; an alert that is still awaited stays awaited."""
        if self.closed_at is not None and self.closed_at >= at:
            return self, ()
        return replace(self, closed_at=at), ()

    def instrument_for(self, told: Told) -> str:
        """Return the instrument that what was told belongs to.

        That is the one named; else the newest of the case, if it has items or none are told.
        """
        if told.instrument:
            return told.instrument
        used = [assessment.instrument for assessment in reversed(self.assessments)]
        fitting = (name for name in used if ITEMS[name] or not told.answers)
        return next(fitting, FIRST_CHOICE)

    def _assess(self, told: Told, rulebook: Rulebook, at: datetime) -> Decision:
        rules, instrument = rulebook.of(self.area), self.instrument_for(told)
        line = self.lines.get(instrument, Line(instrument)).hear(told)
        learnt = replace(
            self,
            lines={**self.lines, instrument: line},
            facts=self.facts.hear(told),
            judgement=_judged(self.judgement, told),
        )
        made = learnt._assessment(told, line, rules, at)
        awaited = AwaitedAlert(made.id, made.number, at + ANSWERED_WITHIN) if made.is_high else None
        known = replace(
            learnt,
            assessments=(*self.assessments, made),
            awaited=awaited or self.awaited,
        )
        return known, (RiskAssessed(made.id),)

    def _assessment(self, told: Told, line: Line, rules: Ruleset, at: datetime) -> Assessment:
        finding = dash.find(rules, self._evidence(line, at))
        band = self._band(line.instrument, finding, rules, at)
        before = standing(self.assessments, line.instrument)
        return Assessment(
            id=told.assessment_id,
            number=len(self.assessments) + 1,
            at=at,
            source=told.source,
            instrument=line.instrument,
            ruleset_version=rules.version,
            answers=line.plain,
            grade=line.grade.level if line.grade else None,
            judgement=self.judgement,
            dissent=_dissent(told, finding),
            finding=finding,
            band=band,
            previous_band=before.band,
            changes=changes(before, line),
            worsened=is_worse(before, finding, band),
            unrecognised=tuple(i for i in told.answers if i not in ITEMS[line.instrument]),
            due_review_at=dash.review_at(rules, band, at),
        )

    def _evidence(self, line: Line, at: datetime) -> dash.Evidence:
        marac_level = tuple(a.at for a in self.assessments if a.is_high)
        return dash.Evidence(
            instrument=line.instrument,
            at=at,
            answers=line.plain,
            grade=line.grade.level if line.grade else None,
            judgement=self.judgement.level if self.judgement else None,
            incidents_at=self.facts.incidents_at,
            incident_counts=self.facts.incident_counts,
            further_incidents_at=self.facts.further_incidents_at,
            marac_level_at=(*self.facts.previous_maracs_at, *marac_level),
        )

    def _band(self, instrument: str, finding: dash.Finding, rules: Ruleset, at: datetime) -> Band:
        """Return the level of the case: what another instrument found within a year stands too."""
        newest = {a.instrument: a for a in self.assessments if a.instrument != instrument}
        since = at - timedelta(days=rules.repeat_within_days)
        others = (a.finding.actuarial for a in newest.values() if a.at >= since)
        return dash.highest([finding.level, *others])

    def _refuse_misplaced(self, told: Told, rules: Ruleset) -> None:
        instrument = self.instrument_for(told)
        if not told.says_something and not told.answers:
            raise NothingToAssess("give answers, a grade, a judgement or an incident")
        foreign = sorted(set(told.answers) - set(ITEMS[instrument]))
        if foreign:
            raise ItemNotOfInstrument(f"{instrument} does not have: {', '.join(foreign)}")
        if told.grade and instrument in rules.scored:
            raise GradeNotTaken(f"{instrument} is scored by its items: give a judgement instead")


Decision = tuple[RiskProfile, Sequence[object]]


def _judged(known: Judgement | None, told: Told) -> Judgement | None:
    """Return the judgement that stands.

    What is told may raise it; only a person with written reasons may replace it by a lower one.
    """
    given = told.judgement
    if given is None or known is None or told.corrects:
        return given or known
    return given if given.level.rank >= known.level.rank else known


def _dissent(told: Told, finding: dash.Finding) -> Judgement | None:
    given = told.judgement
    return given if given and given.level.rank < finding.level.rank else None


def _with(known: tuple[_T, ...], told: _T | None) -> tuple[_T, ...]:
    return known if told is None or told in known else (*known, told)
