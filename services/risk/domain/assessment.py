"""The values of the profile: what a source tells, what is known, and one assessment of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.risk.domain.dash import Finding
from services.risk.domain.ruleset import ITEMS, Answer, Band

REASSESSMENT = "reassessment"


@dataclass(frozen=True, slots=True)
class Source:
    """What an assessment was made from: a referral, a session or a reassessment.

    `at` is when it was first accepted by the platform, `by` the agency or the account.
    """

    kind: str
    id: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A practitioner's own view of the level.

    `concern` and `rationale` are free text, plain when told and sealed once stored; nothing here
    ever reads them.
    """

    level: Band
    by: str
    at: datetime
    concern: object | None = None
    rationale: object | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What one source says about a case; anything may be absent.

    Without an `instrument` the answers belong to the newest form of the case that has items.
    `incident_at` dates an incident; `incident_count` is a number of incidents in the twelve months
    before it was told.
    """

    assessment_id: str
    source: Source
    instrument: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    grade: Band | None = None
    judgement: Judgement | None = None
    incident_at: datetime | None = None
    incident_count: int | None = None
    is_further_incident: bool = False
    previous_marac_at: datetime | None = None

    @property
    def corrects(self) -> bool:
        """Does it replace what was known, by a person with a reason, rather than add to it?"""
        return self.source.kind == REASSESSMENT

    @property
    def says_something(self) -> bool:
        """Is there anything that an assessment could rest on?"""
        answered = any(answer is not Answer.NOT_STATED for answer in self.answers.values())
        given = (self.grade, self.judgement, self.incident_at)
        return answered or any(item is not None for item in given)


@dataclass(frozen=True, slots=True)
class Known:
    """An answer, and when the platform was told it."""

    answer: Answer
    at: datetime

    def joined(self, other: Known) -> Known:
        """Return what is known when both were told, in whatever order they are heard.

        Of yes and no the one told last counts, and yes if they were told at once; not knowing never
        replaces knowing, and not asking replaces nothing.
        """
        return max(self, other, key=_weight)


_INFORMS = {Answer.NOT_STATED: 0, Answer.DONT_KNOW: 1, Answer.NO: 2, Answer.YES: 2}


def _weight(known: Known) -> tuple[int, datetime, bool]:
    return _INFORMS[known.answer], known.at, known.answer is Answer.YES


@dataclass(frozen=True, slots=True)
class Grade:
    """The level that an instrument's own assessor gave, and when."""

    level: Band
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """All that is known on one instrument; a different instrument has a line of its own."""

    instrument: str
    answers: Mapping[str, Known] = field(default_factory=dict)
    grade: Grade | None = None

    @property
    def plain(self) -> dict[str, Answer]:
        """Return the answers by themselves."""
        return {item: known.answer for item, known in self.answers.items()}

    def hear(self, told: Told) -> Line:
        """Return the line with what was told laid over it; foreign items are left out."""
        items = ITEMS[self.instrument]
        new = {i: Known(a, told.source.at) for i, a in told.answers.items() if i in items}
        merged = new if told.corrects else join(self.answers, new)
        grade = Grade(told.grade, told.source.at) if told.grade else None
        return replace(self, answers={**self.answers, **merged}, grade=_newer(self.grade, grade))


def join(known: Mapping[str, Known], told: Mapping[str, Known]) -> dict[str, Known]:
    """Merge answers: the order and the repetition of merging change nothing."""
    both = {item: known[item].joined(told[item]) for item in known.keys() & told.keys()}
    return {**known, **told, **both}


def _newer(known: Grade | None, told: Grade | None) -> Grade | None:
    given = [grade for grade in (known, told) if grade]
    return max(given, key=lambda grade: (grade.at, grade.level.rank), default=None)


@dataclass(frozen=True, slots=True)
class Change:
    """An item whose answer differs from the assessment before."""

    item: str
    was: Answer
    now: Answer


@dataclass(frozen=True, slots=True)
class Standing:
    """What stood before an assessment, over all instruments of the case.

    `answers` and `score` are those of the same instrument; `score` is None when there is nothing
    to compare with.
    """

    band: Band | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    score: int | None = 0
    grounds: frozenset[str] = frozenset()
    cues: frozenset[str] = frozenset()
    incidents: int = 0


@dataclass(frozen=True, slots=True)
class Assessment:
    """One assessment, never altered afterwards; `number` counts those of the case from 1.

    `finding.level` is the level on this instrument, `band` that of the case: a second instrument
    never hides what another has found. `judgement` is the one that stands, `dissent` one that was
    given now, is lower, and is shown without being applied. `unrecognised` names items that were
    told but are not on the instrument.
    """

    id: str
    number: int
    at: datetime
    source: Source
    instrument: str
    ruleset_version: str
    answers: Mapping[str, Answer]
    grade: Band | None
    judgement: Judgement | None
    dissent: Judgement | None
    finding: Finding
    band: Band
    previous_band: Band | None
    changes: tuple[Change, ...]
    worsened: bool
    unrecognised: tuple[str, ...]
    due_review_at: datetime

    @property
    def is_high(self) -> bool:
        """Must somebody be told at once?"""
        return self.band is Band.HIGH

    @property
    def is_raised_by_judgement(self) -> bool:
        """Is the level higher than the answers and grounds alone make it?"""
        return self.finding.level is not self.finding.actuarial


def standing(earlier: Iterable[Assessment], instrument: str) -> Standing:
    """Return what stood before: the newest assessment of each instrument, taken together."""
    newest = {assessment.instrument: assessment for assessment in earlier}
    if not newest:
        return Standing()
    same = newest.get(instrument)
    findings = [assessment.finding for assessment in newest.values()]
    return Standing(
        band=max(newest.values(), key=lambda a: a.number).band,
        answers=same.answers if same else {},
        score=same.finding.score.yes if same and same.finding.score else None,
        grounds=frozenset(ground for finding in findings for ground in finding.grounds),
        cues=frozenset(cue for finding in findings for cue in finding.cues),
        incidents=max(finding.incidents for finding in findings),
    )


def changes(before: Standing, line: Line) -> tuple[Change, ...]:
    """Return the items whose answers differ from the last assessment on the same instrument."""
    if not before.answers:
        return ()
    pairs = (
        Change(item, before.answers.get(item, Answer.NOT_STATED), now)
        for item, now in line.plain.items()
    )
    return tuple(change for change in pairs if change.was is not change.now)


def is_worse(before: Standing, finding: Finding, band: Band) -> bool:
    """Is there more to worry about than before?

    So it is when the band or the score rose, a ground or a cue is new, or incidents were added.
    """
    scored = finding.score.yes if finding.score and before.score is not None else 0
    return (
        band.rank > (before.band or Band.STANDARD).rank
        or scored > (before.score or 0)
        or bool(set(finding.grounds) - before.grounds)
        or bool(set(finding.cues) - before.cues)
        or finding.incidents > before.incidents
    )
