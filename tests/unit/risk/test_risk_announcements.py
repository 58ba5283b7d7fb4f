"""What the bus is told fits the published language and holds codes only."""

from __future__ import annotations

import pytest

from services.contracts.catalogue import write
from services.risk.announcements import announce
from services.risk.domain.events import AssessmentAnnouncedAgain, RiskAssessed
from services.risk.domain.ruleset import Answer, Band
from tests.unit.risk.profile_examples import (
    CALM,
    all_but,
    correction,
    hearing,
    judged,
    opened,
    referral,
    session,
)

FIRST = RiskAssessed("referral-r1")


def test_an_assessment_is_announced_in_the_published_language() -> None:
    answers = {**all_but(CALM[:14]), "animals": Answer.DONT_KNOW, "breach": Answer.NOT_STATED}
    profile = opened(referral(answers=answers, judgement=judged(Band.HIGH)))
    data = write(announce(profile, FIRST))
    assert (data["score"], data["dont_know"], data["not_stated"]) == (14, 1, 1)
    assert data["score_max_if_unknown"] == 16
    assert data["grounds"] == ["visible_high_risk", "professional_judgement"]
    assert (data["band"], data["previous_band"], data["number"]) == ("high", None, 1)
    assert data["source"]["kind"] == "referral"


def test_an_instrument_without_items_is_announced_without_a_score() -> None:
    profile = opened(referral(instrument="DARA", grade=Band.HIGH))
    data = write(announce(profile, FIRST))
    assert (data["score"], data["score_max_if_unknown"], data["band"]) == (None, None, "high")


def test_saying_it_again_keeps_the_event_id() -> None:
    profile = hearing(opened(), session(answers={"injury": Answer.YES}))
    first = announce(profile, FIRST)
    assert announce(profile, AssessmentAnnouncedAgain("referral-r1")) == first
    assert announce(profile, RiskAssessed("session-s1")).event_id != first.event_id


def test_free_text_stays_where_it_was_written() -> None:
    words = judged(Band.HIGH, concern="his brother Marek", rationale="Marek has a key")
    profile = hearing(opened(), correction(judgement=words))
    said = write(announce(profile, RiskAssessed("reassessment-c1")))
    assert "Marek" not in str(said)


def test_what_never_happened_has_no_announcement() -> None:
    with pytest.raises(LookupError):
        announce(opened(), RiskAssessed("unheard-of"))
    with pytest.raises(TypeError):
        announce(opened(), object())
