"""What the service is asked to do, with profiles kept in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.risk import usecases
from services.risk.domain.assessment import Told
from services.risk.domain.events import AssessmentAnnouncedAgain, RiskAssessed
from services.risk.domain.ruleset import Band
from tests.unit.risk.profile_examples import (
    BOOK,
    CALM,
    CASE,
    DAY,
    NOON,
    KeptProfiles,
    NoProfile,
    all_but,
    correction,
    judged,
    referral,
    session,
    yes,
)

REFERENCE = "C-5HW2-M4SA"
REFERRED = usecases.Referred(CASE, REFERENCE, "perugia")


def refer(profiles: KeptProfiles, told: Told) -> None:
    usecases.assess_referral(profiles, REFERRED, told, BOOK, at=told.source.at)


@pytest.fixture
def profiles() -> KeptProfiles:
    kept = KeptProfiles()
    refer(kept, referral(answers=all_but(CALM[:14])))
    return kept


def test_a_first_referral_costs_one_insert(profiles: KeptProfiles) -> None:
    assert (profiles.inserts, profiles.updates) == (1, 0)
    assert profiles.said == [RiskAssessed("referral-r1")]


def test_a_second_referral_of_the_case_is_merged(profiles: KeptProfiles) -> None:
    refer(profiles, referral("r2", NOON + DAY, answers=yes("animals")))
    assert (profiles.inserts, profiles.updates) == (1, 1)
    assert len(profiles.load(CASE).assessments) == 2


def test_a_session_that_overtakes_its_referral_is_tried_again(profiles: KeptProfiles) -> None:
    with pytest.raises(NoProfile):
        usecases.assess_session(
            profiles, "another-case", session(answers=yes("injury")), BOOK, at=NOON
        )


def test_a_session_without_disclosure_asks_nothing_of_the_database() -> None:
    usecases.assess_session(KeptProfiles(), CASE, session(), BOOK, at=NOON)


def test_a_disclosure_is_announced(profiles: KeptProfiles) -> None:
    usecases.assess_session(profiles, CASE, session(answers=yes("stalking")), BOOK, at=NOON + DAY)
    assert profiles.said[-1] == RiskAssessed("session-s1")


def test_a_reassessment_returns_what_came_of_it(profiles: KeptProfiles) -> None:
    told = correction(judgement=judged(Band.HIGH, rationale="she is terrified"))
    made = usecases.reassess(profiles, REFERENCE, told, BOOK, at=NOON)
    assert (made.id, made.number, made.band) == ("reassessment-c1", 2, Band.HIGH)


def test_assessments_are_read_from_the_newest_on(profiles: KeptProfiles) -> None:
    for number in range(4):
        told = session(f"s{number}", NOON + number * DAY, answers=yes("animals"))
        usecases.assess_session(profiles, CASE, told, BOOK, at=NOON)
    read, before = [], None
    while True:
        leaf = usecases.read_assessments(profiles, REFERENCE, before=before, limit=2)
        read.append([made.number for made in leaf.assessments])
        before = leaf.before
        if before is None:
            break
    assert read == [[5, 4], [3, 2], [1]]


def test_an_alert_about_something_else_is_none_of_its_business(profiles: KeptProfiles) -> None:
    usecases.note_alert(profiles, "another-case", None)
    assert profiles.load(CASE).awaited is not None


def test_it_insists_until_an_alert_is_heard(profiles: KeptProfiles) -> None:
    later = NOON + timedelta(seconds=31)
    usecases.insist(profiles, CASE, at=later)
    assert profiles.said[-1] == AssessmentAnnouncedAgain("referral-r1")
    usecases.note_alert(profiles, CASE, "referral-r1")
    usecases.insist(profiles, CASE, at=later + DAY)
    assert profiles.said.count(AssessmentAnnouncedAgain("referral-r1")) == 1


def test_a_closed_case_is_due_for_no_review(profiles: KeptProfiles) -> None:
    usecases.close_case(profiles, CASE, at=NOON + DAY)
    leaf = usecases.read_assessments(profiles, REFERENCE, before=None, limit=1)
    assert leaf.review_due_at is None
