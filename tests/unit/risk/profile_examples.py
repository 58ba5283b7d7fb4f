"""Cases to try the rule on, and a place to keep profiles without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from services.risk.domain.assessment import Judgement, Source, Told
from services.risk.domain.dash import Evidence
from services.risk.domain.model import Decision, RiskProfile
from services.risk.domain.ruleset import DASH_24, Answer, Band, Rulebook

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BOOK = Rulebook()
CASE = "0198c1a0-5a10-7c3e-9a51-0c6f2b7d9e11"
CALM = tuple(item for item in DASH_24 if item not in ("frequency", "severity"))
"""Items of which a yes makes no ground by itself."""


def yes(*items: str) -> dict[str, Answer]:
    return dict.fromkeys(items, Answer.YES)


def all_but(answered: Iterable[str], other: Answer = Answer.NO) -> dict[str, Answer]:
    """Return every item of the checklist: yes where answered, `other` elsewhere."""
    return {**dict.fromkeys(DASH_24, other), **yes(*answered)}


def evidence(instrument: str = "DASH-24", **known: Any) -> Evidence:
    return Evidence(instrument, NOON, **known)


def judged(level: Band, at: datetime = NOON, **words: Any) -> Judgement:
    return Judgement(level, "her-idva", at, **words)


def told(kind: str, name: str, at: datetime = NOON, **facts: Any) -> Told:
    source = Source(kind, name, at, by="somebody")
    return Told(f"{kind}-{name}", source, **facts)


def referral(name: str = "r1", at: datetime = NOON, **facts: Any) -> Told:
    facts.setdefault("instrument", "DASH-24")
    return told("referral", name, at, **facts)


def session(name: str = "s1", at: datetime = NOON + DAY, **facts: Any) -> Told:
    return told("session", name, at, **facts)


def correction(name: str = "c1", at: datetime = NOON + DAY, **facts: Any) -> Told:
    return told("reassessment", name, at, **facts)


def opened(first: Told | None = None, area: str = "perugia") -> RiskProfile:
    """Return the profile of a case after its first referral."""
    first = first or referral()
    blank = RiskProfile(CASE, "C-5HW2-M4SA", area, opened_at=first.source.at)
    return blank.hear_referral(first, area, BOOK, first.source.at)[0]


def hearing(profile: RiskProfile, *said: Told, at: datetime | None = None) -> RiskProfile:
    """Return the profile after more was told, each at its own moment unless `at` says when."""
    for each in said:
        moment = at or each.source.at
        if each.source.kind == "referral":
            profile, _ = profile.hear_referral(each, profile.area, BOOK, moment)
        elif each.corrects:
            profile, _ = profile.reassess(each, BOOK, moment)
        else:
            profile, _ = profile.hear(each, BOOK, moment)
    return profile


class NoProfile(Exception):
    """There is no profile of this case."""


@dataclass
class KeptProfiles:
    """Profiles by case id, with what they said and how often they were written."""

    kept: dict[str, RiskProfile] = field(default_factory=dict)
    said: list[object] = field(default_factory=list)
    inserts: int = 0
    updates: int = 0

    def open_or_change(
        self, fresh: Decision, decide: Callable[[RiskProfile], Decision]
    ) -> RiskProfile:
        profile, events = fresh
        if profile.id in self.kept:
            return self.change(profile.id, decide)
        self.inserts += 1
        return self._keep(profile, events)

    def change(self, key: str, decide: Callable[[RiskProfile], Decision]) -> RiskProfile:
        before = self.load(key)
        after, events = decide(before)
        if after == before and not events:
            return before
        self.updates += 1
        return self._keep(after, events)

    def load(self, key: str) -> RiskProfile:
        for profile in self.kept.values():
            if key in (profile.id, profile.reference):
                return profile
        raise NoProfile

    def unanswered(self, at: datetime, limit: int) -> Sequence[str]:
        awaiting = (p for p in self.kept.values() if p.awaited)
        return [p.id for p in awaiting if p.awaited.is_overdue(at)][:limit]

    def _keep(self, profile: RiskProfile, events: Sequence[object]) -> RiskProfile:
        self.kept[profile.id] = profile
        self.said += events
        return profile
