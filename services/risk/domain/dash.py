"""The rule: what follows from the answers to a risk identification checklist.

The DASH-24 score is the number of items answered yes, each of equal weight. Unknown answers are
never read as no: they widen the score to a range. Four grounds of MARAC are evaluated separately,
and any one of them makes the case high (SafeLives; MARAC referral criteria). Professional judgement
may raise the level and never lowers it. Critical cues stand beside the score, not inside it.

Instruments are kept apart and never converted. The threshold of 14 was published for the checklist
of 24 items, so it makes a level there and nowhere else. DASH-27, YP and S-DASH show their own count
and range, but what that count means is for the person who filled in the form to say: their level is
her grade. DARA has a grade only. A form that comes without a grade says less than it should, and
silence must not read as reassurance: until somebody grades it, it is at least medium, and high
when its count is one that would be high on the checklist of 24. That is a precaution, marked
`ungraded`; it claims no ground. The other three grounds need no score: they hold for all alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.risk.domain.ruleset import ITEMS, Answer, Band, Ruleset


class Ground(StrEnum):
    """The four independent grounds for MARAC."""

    VISIBLE_HIGH_RISK = "visible_high_risk"
    PROFESSIONAL_JUDGEMENT = "professional_judgement"
    POTENTIAL_ESCALATION = "potential_escalation"
    REPEAT = "repeat"


class Basis(StrEnum):
    """What a level rests on."""

    SCORE = "score"
    GRADE = "grade"
    UNGRADED = "ungraded"
    GROUNDS = "grounds"
    JUDGEMENT = "judgement"


CUES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "strangulation": (("strangulation",),),
    "stalking": (("stalking",),),
    "threat_kill": (("threat_kill",),),
    "own_perception": (("frightened", "fear_of"),),
    "escalation": (("frequency", "severity"),),
    "honour_based": (("other_threat",),),
    "separation_control_violence": (
        ("separation",),
        ("control",),
        ("injury", "weapons", "strangulation", "sexual"),
    ),
}
"""Local high-risk cues (Plymouth): each holds when every group has an item answered yes."""

PROMPTS: Mapping[str, tuple[str, ...]] = {
    "s_dash": ("stalking",),
    "honour_based": ("isolation", "other_threat"),
}
"""Supplementary questions to offer, by the items that call for them (DASH 2009)."""


@dataclass(frozen=True, slots=True)
class IncidentCount:
    """A number of incidents in the twelve months before `at`, told without their dates."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a case on one instrument at the moment `at`; items left out: not stated."""

    instrument: str
    at: datetime
    answers: Mapping[str, Answer] = field(default_factory=dict)
    grade: Band | None = None
    judgement: Band | None = None
    incidents_at: tuple[datetime, ...] = ()
    incident_counts: tuple[IncidentCount, ...] = ()
    further_incidents_at: tuple[datetime, ...] = ()
    marac_level_at: tuple[datetime, ...] = ()

    def says_yes(self, items: Iterable[str]) -> bool:
        """Is one of these items answered yes?"""
        return any(self.answers.get(item) is Answer.YES for item in items)


@dataclass(frozen=True, slots=True)
class Score:
    """A count of yes, with what could still be added to it."""

    yes: int
    dont_know: int
    not_stated: int

    @property
    def max_if_unknown(self) -> int:
        """Return what the score would be if every unknown answer were a yes."""
        return self.yes + self.dont_know + self.not_stated


@dataclass(frozen=True, slots=True)
class Finding:
    """What follows from the evidence.

    `score` is None for an instrument without items. `actuarial` is the level without judgement,
    `level` the higher of the two, `basis` what `level` rests on, and `level_if_unknown` what the
    level would be if every unknown answer were a yes.
    """

    score: Score | None
    factors: tuple[str, ...]
    grounds: tuple[Ground, ...]
    cues: tuple[str, ...]
    prompts: tuple[str, ...]
    incidents: int
    actuarial: Band
    level: Band
    basis: tuple[Basis, ...]
    level_if_unknown: Band


def highest(bands: Iterable[Band | None]) -> Band:
    """Return the highest of some bands; standard if there is none."""
    return max((band for band in bands if band), key=lambda b: b.rank, default=Band.STANDARD)


def find(rules: Ruleset, evidence: Evidence) -> Finding:
    """Apply a rule set to what is known."""
    levels = _levels(rules, evidence)
    level = highest(levels.values())
    return Finding(
        score=score(evidence),
        factors=tuple(item for item in ITEMS[evidence.instrument] if evidence.says_yes((item,))),
        grounds=grounds(rules, evidence),
        cues=tuple(cue for cue, groups in CUES.items() if all(map(evidence.says_yes, groups))),
        prompts=_prompts(evidence),
        incidents=incidents(rules, evidence),
        actuarial=highest(band for basis, band in levels.items() if basis is not Basis.JUDGEMENT),
        level=level,
        basis=tuple(basis for basis, band in levels.items() if band is level),
        level_if_unknown=highest(_levels(rules, _unknown_as_yes(evidence)).values()),
    )


def score(evidence: Evidence) -> Score | None:
    """Count the answers of the instrument's own items; None if it has none (DARA)."""
    given = [evidence.answers.get(i, Answer.NOT_STATED) for i in ITEMS[evidence.instrument]]
    if not given:
        return None
    return Score(*(given.count(a) for a in (Answer.YES, Answer.DONT_KNOW, Answer.NOT_STATED)))


def grounds(rules: Ruleset, evidence: Evidence) -> tuple[Ground, ...]:
    """Return the grounds that hold, each evaluated without regard to the others."""
    holds = {
        Ground.VISIBLE_HIGH_RISK: _counted_band(rules, evidence) is Band.HIGH,
        Ground.PROFESSIONAL_JUDGEMENT: evidence.judgement is Band.HIGH,
        Ground.POTENTIAL_ESCALATION: is_escalating(rules, evidence),
        Ground.REPEAT: is_repeat(rules, evidence),
    }
    return tuple(ground for ground, is_held in holds.items() if is_held)


def is_escalating(rules: Ruleset, evidence: Evidence) -> bool:
    """Are there three incidents in twelve months, or is it more frequent or more severe?"""
    many = incidents(rules, evidence) >= rules.escalation_incidents
    return many or evidence.says_yes(rules.rising_items)


def incidents(rules: Ruleset, evidence: Evidence) -> int:
    """Return how many incidents are known of in the twelve months before the evidence's moment.

    A count told without dates may hold the same incidents as another count, or as a session held
    before it: so counts are not added up, and only later dated incidents are added to one.
    """
    since = evidence.at - timedelta(days=rules.incidents_within_days)
    dated = [at for at in set(evidence.incidents_at) if since <= at]
    counts = [count for count in evidence.incident_counts if since <= count.at]
    from_counts = (c.number + sum(at > c.at for at in dated) for c in counts)
    return max([len(dated), *from_counts])


def is_repeat(rules: Ruleset, evidence: Evidence) -> bool:
    """Was there a further incident within twelve months of a MARAC-level moment before it?

    The ground stays for as long again: files are flagged and tagged for twelve months.
    """
    within = timedelta(days=rules.repeat_within_days)
    recent = [at for at in evidence.further_incidents_at if evidence.at - at <= within]
    return any(
        marac < further <= marac + within for further in recent for marac in evidence.marac_level_at
    )


def review_at(rules: Ruleset, band: Band, at: datetime) -> datetime:
    """Return when a level found at a moment must be looked at again."""
    return at + timedelta(days=rules.review_after_days[band])


def _levels(rules: Ruleset, evidence: Evidence) -> dict[Basis, Band]:
    """Return the level that each kind of evidence asks for by itself."""
    asked = {
        Basis.SCORE: _counted_band(rules, evidence),
        Basis.GRADE: evidence.grade,
        Basis.UNGRADED: _precaution(rules, evidence),
        Basis.GROUNDS: Band.HIGH if grounds(rules, replace(evidence, judgement=None)) else None,
        Basis.JUDGEMENT: evidence.judgement,
    }
    return {basis: band for basis, band in asked.items() if band is not None}


def _counted_band(rules: Ruleset, evidence: Evidence) -> Band | None:
    counted = score(evidence)
    if counted is None or evidence.instrument not in rules.scored:
        return None
    if counted.yes >= rules.threshold:
        return Band.HIGH
    return Band.MEDIUM if counted.yes >= rules.medium_from else Band.STANDARD


def _precaution(rules: Ruleset, evidence: Evidence) -> Band | None:
    """Return the level of a form that should have a grade and has none."""
    if evidence.instrument in rules.scored or evidence.grade is not None:
        return None
    counted = score(evidence)
    reaches = counted is not None and counted.yes >= rules.ungraded_high_from
    return Band.HIGH if reaches else Band.MEDIUM


def _prompts(evidence: Evidence) -> tuple[str, ...]:
    asked = (prompt for prompt, items in PROMPTS.items() if evidence.says_yes(items))
    return tuple(p for p in asked if not (p == "s_dash" and evidence.instrument == "S-DASH"))


def _unknown_as_yes(evidence: Evidence) -> Evidence:
    items = ITEMS[evidence.instrument]
    unknown = {i for i in items if evidence.answers.get(i, Answer.NOT_STATED).is_unknown}
    return replace(evidence, answers={**evidence.answers, **dict.fromkeys(unknown, Answer.YES)})
