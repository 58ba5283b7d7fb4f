"""Any order of assessments, repetitions, alerts and time: risk insists until an alert is heard.

The model keeps one number: that of the newest high assessment for which no alert has been heard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.risk import usecases
from services.risk.domain.assessment import Told
from services.risk.domain.events import AssessmentAnnouncedAgain, RiskAssessed
from services.risk.domain.model import (
    ANSWERED_WITHIN,
    INSIST_EVERY_AT_MOST,
    NEVER_LATER,
    RiskProfile,
)
from services.risk.domain.ruleset import Band
from tests.unit.risk.profile_examples import (
    BOOK,
    CALM,
    CASE,
    DAY,
    NOON,
    KeptProfiles,
    all_but,
    correction,
    judged,
    referral,
    session,
    yes,
)

REFERRED = usecases.Referred(CASE, "C-5HW2-M4SA", "perugia")
LOOK_EVERY = timedelta(seconds=5)
HIGH, CALMER = all_but(CALM[:14]), all_but(CALM[:2])
ANSWERS = st.sampled_from([HIGH, CALMER, yes("animals"), yes("strangulation"), {}])
NAMES = st.integers(1, 6).map(str)


@dataclass
class Awaited:
    """What the model waits for: the newest high assessment, and what has been said of it."""

    number: int
    since: datetime
    said_again: list[datetime] = field(default_factory=list)


class Insisting(RuleBasedStateMachine):
    """One case that is referred, met and assessed in any order, beside alerts that may be lost."""

    def __init__(self) -> None:
        super().__init__()
        self.profiles = KeptProfiles()
        self.now = NOON
        self.awaited: Awaited | None = None

    @property
    def profile(self) -> RiskProfile:
        return self.profiles.load(CASE)

    @initialize(is_high=st.booleans())
    def be_referred(self, is_high: bool) -> None:
        self._hear(referral("first", answers=HIGH if is_high else CALMER))

    @rule(name=NAMES, answers=ANSWERS, age=st.integers(0, 3))
    def refer_again(self, name: str, answers: dict, age: int) -> None:
        self._hear(referral(name, NOON - age * DAY, answers=answers))

    @rule(name=NAMES, answers=ANSWERS, level=st.sampled_from([None, *Band]))
    def meet(self, name: str, answers: dict, level: Band | None) -> None:
        judgement = judged(level, self.now) if level else None
        told = session(name, self.now, answers=answers, judgement=judgement)
        self._hear(told)

    @rule(name=NAMES)
    def learn_a_year_later_that_it_is_better(self, name: str) -> None:
        """A lesser assessment answers nothing: the high one before it stays awaited."""
        self.now += 400 * DAY
        words = judged(Band.STANDARD, self.now, rationale="we spoke")
        told = correction(name, self.now, answers=all_but(()), judgement=words)
        if not self.profile.has(told.assessment_id):
            usecases.reassess(self.profiles, CASE, told, BOOK, at=self.now)
            self._note(told)

    def _hear(self, told: Told) -> None:
        """Hear something once or twice: the second time changes nothing and says nothing."""
        is_new = CASE not in self.profiles.kept or not self.profile.has(told.assessment_id)
        for times in range(2):
            before, said = dict(self.profiles.kept), len(self.profiles.said)
            if told.source.kind == "referral":
                usecases.assess_referral(self.profiles, REFERRED, told, BOOK, at=self.now)
            else:
                usecases.assess_session(self.profiles, CASE, told, BOOK, at=self.now)
            if times or not is_new:
                assert (self.profiles.kept, len(self.profiles.said)) == (before, said)
            elif self.profiles.kept != before:
                self._note(told)

    def _note(self, told: Told) -> None:
        made = self.profile.assessments[-1]
        assert made.id == told.assessment_id
        assert self.profiles.said[-1] == RiskAssessed(made.id)
        if made.is_high:
            self.awaited = Awaited(made.number, self.now)

    @precondition(lambda self: CASE in self.profiles.kept)
    @rule(data=st.data())
    def hear_an_alert(self, data: st.DataObject) -> None:
        """An alert covers its assessment and all before it; it may be heard late or twice."""
        made = data.draw(st.sampled_from(self.profile.assessments))
        usecases.note_alert(self.profiles, CASE, made.id)
        if self.awaited is not None and made.number >= self.awaited.number:
            self.awaited = None

    @rule()
    def hear_an_alert_of_something_else(self) -> None:
        before = dict(self.profiles.kept)
        usecases.note_alert(self.profiles, CASE, None)
        usecases.note_alert(self.profiles, CASE, "an assessment of nobody")
        assert self.profiles.kept == before

    @rule()
    def close(self) -> None:
        """Closing a case ends no insistence."""
        usecases.close_case(self.profiles, CASE, at=self.now)

    @rule(seconds=st.sampled_from([1, 4, 29, 30, 31, 59, 60, 119, 600, 601, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self._look()

    @rule(minutes=st.sampled_from([-61, -60, 60]))
    def the_clock_jumps(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        if self.awaited is not None:
            self.awaited.said_again.clear()
        self._look()

    def _look(self) -> None:
        """Look as the timer does, with two replicas."""
        said = len(self.profiles.said)
        for _ in range(2):
            for case_id in self.profiles.unanswered(self.now, 10):
                usecases.insist(self.profiles, case_id, at=self.now)
        added = self.profiles.said[said:]
        assert len(added) <= 1
        if added:
            self._note_again(added[0])

    def _note_again(self, said: object) -> None:
        assert self.awaited is not None
        made = self.profile.assessments[self.awaited.number - 1]
        assert said == AssessmentAnnouncedAgain(made.id)
        if self.awaited.said_again:
            assert self.now - self.awaited.said_again[-1] >= ANSWERED_WITHIN
        self.awaited.said_again.append(self.now)

    @precondition(lambda self: self.awaited is not None)
    @rule()
    def nobody_answers(self) -> None:
        """However long nobody answers, it is said again, and again."""
        said = len(self.profiles.said)
        waited = timedelta(0)
        while len(self.profiles.said) == said:
            self.now += LOOK_EVERY
            waited += LOOK_EVERY
            self._look()
            assert waited <= NEVER_LATER + LOOK_EVERY

    @precondition(lambda self: self.awaited is not None and not self.awaited.said_again)
    @rule()
    def say_it_first_after_half_a_minute(self) -> None:
        assert self.awaited is not None
        profile = self.profile
        assert profile.awaited is not None
        if profile.awaited.announce_again_at == self.awaited.since + ANSWERED_WITHIN > self.now:
            self.now = profile.awaited.announce_again_at - timedelta(milliseconds=1)
            self._look()
            assert not self.awaited.said_again
            self.now += timedelta(milliseconds=1)
            self._look()
            assert self.awaited.said_again == [self.now]

    @invariant()
    def what_is_awaited_is_the_newest_that_is_high_and_unanswered(self) -> None:
        if CASE in self.profiles.kept:
            known = self.profile.awaited
            assert (known.number if known else None) == (
                self.awaited.number if self.awaited else None
            )

    @invariant()
    def assessments_are_numbered_without_gaps_and_none_is_lost(self) -> None:
        if CASE in self.profiles.kept:
            made = self.profile.assessments
            assert [each.number for each in made] == list(range(1, len(made) + 1))
            assert len({each.id for each in made}) == len(made)
            first = [said for said in self.profiles.said if isinstance(said, RiskAssessed)]
            assert [said.assessment_id for said in first] == [each.id for each in made]

    @invariant()
    def a_pause_is_never_longer_than_the_longest(self) -> None:
        if CASE in self.profiles.kept and self.profile.awaited is not None:
            again_at = self.profile.awaited.announce_again_at
            assert again_at <= self.now + INSIST_EVERY_AT_MOST + timedelta(minutes=1)


Insisting.TestCase.settings = settings(max_examples=120, stateful_step_count=30)
test_insisting = Insisting.TestCase
