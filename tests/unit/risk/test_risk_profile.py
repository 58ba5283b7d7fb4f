"""What a profile makes of what it is told, and when it raises its voice again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.risk.domain.dash import Ground
from services.risk.domain.errors import GradeNotTaken, ItemNotOfInstrument, NothingToAssess
from services.risk.domain.events import AssessmentAnnouncedAgain, RiskAssessed
from services.risk.domain.ruleset import Answer, Band
from tests.unit.risk.profile_examples import (
    BOOK,
    CALM,
    DAY,
    NOON,
    all_but,
    correction,
    hearing,
    judged,
    opened,
    referral,
    session,
    yes,
)

HIGH = all_but(CALM[:14])


def test_a_first_referral_is_assessed_even_when_it_answers_nothing() -> None:
    (made,) = opened().assessments
    assert (made.number, made.band, made.previous_band) == (1, Band.STANDARD, None)
    assert not made.worsened
    assert made.changes == ()


def test_a_first_assessment_with_something_to_worry_about_is_a_worsening() -> None:
    assert opened(referral(answers=yes("injury"))).assessments[0].worsened


def test_the_same_referral_heard_twice_is_assessed_once() -> None:
    profile = opened(referral(answers=HIGH))
    assert profile.hear_referral(referral(answers=HIGH), "perugia", BOOK, NOON) == (profile, ())


def test_a_second_referral_is_laid_over_the_first() -> None:
    first = referral(answers={"injury": Answer.YES, "animals": Answer.NO})
    second = referral(
        "r2", NOON + DAY, answers={"animals": Answer.YES, "injury": Answer.NOT_STATED}
    )
    made = hearing(opened(first), second).assessments[-1]
    assert made.answers == {"injury": Answer.YES, "animals": Answer.YES}
    assert [(change.item, change.was, change.now) for change in made.changes] == [
        ("animals", Answer.NO, Answer.YES)
    ]
    assert made.worsened


def test_the_newest_referral_names_the_area() -> None:
    profile, _ = opened().hear_referral(referral("r2", NOON + DAY), "cluj", BOOK, NOON)
    assert profile.area == "cluj"
    late, _ = profile.hear_referral(referral("r0", NOON - DAY), "perugia", BOOK, NOON)
    assert late.area == "cluj"
    assert late.areas == ("cluj", "perugia")


def test_a_disclosure_is_assessed_without_being_asked() -> None:
    profile, said = opened().hear(session(answers=yes("strangulation")), BOOK, NOON + DAY)
    assert said == (RiskAssessed("session-s1"),)
    assert profile.assessments[-1].finding.cues == ("strangulation",)
    assert profile.assessments[-1].worsened


def test_a_session_without_a_disclosure_changes_nothing() -> None:
    profile = opened()
    assert profile.hear(session(), BOOK, NOON) == (profile, ())
    assert profile.hear(session(answers={"injury": Answer.NOT_STATED}), BOOK, NOON) == (profile, ())


def test_sessions_may_be_heard_in_any_order() -> None:
    monday = session("s1", NOON + DAY, answers={"stalking": Answer.YES, "injury": Answer.YES})
    friday = session("s2", NOON + 5 * DAY, answers={"stalking": Answer.NO})
    there = hearing(opened(), monday, friday).lines
    assert there == hearing(opened(), friday, monday).lines


def test_incidents_of_sessions_and_referral_make_potential_escalation() -> None:
    profile = hearing(
        opened(referral(incident_count=1)),
        session("s1", NOON + DAY, incident_at=NOON + DAY),
        session("s2", NOON + 9 * DAY, incident_at=NOON + 9 * DAY),
    )
    assert [made.finding.incidents for made in profile.assessments] == [1, 2, 3]
    assert profile.assessments[-1].finding.grounds == (Ground.POTENTIAL_ESCALATION,)


def test_another_incident_is_a_worsening_even_when_nothing_else_changes() -> None:
    profile = opened(referral(answers=HIGH, incident_count=4))
    again = hearing(profile, session(incident_at=NOON + DAY)).assessments[-1]
    assert again.worsened


def test_a_further_incident_after_a_high_assessment_is_a_repeat() -> None:
    profile = hearing(
        opened(referral(answers=HIGH)),
        correction(answers=dict.fromkeys(CALM[:14], Answer.NO)),
        referral("r2", NOON + 200 * DAY, is_further_incident=True),
    )
    assert [made.band for made in profile.assessments] == [Band.HIGH, Band.STANDARD, Band.HIGH]
    assert profile.assessments[-1].finding.grounds == (Ground.REPEAT,)


def test_a_repeat_stays_when_more_is_disclosed() -> None:
    told = referral(is_further_incident=True, previous_marac_at=NOON - 90 * DAY)
    profile = hearing(opened(told), session(answers=yes("animals")))
    assert Ground.REPEAT in profile.assessments[-1].finding.grounds


def test_a_further_incident_a_year_after_is_no_repeat() -> None:
    told = referral(is_further_incident=True, previous_marac_at=NOON - 366 * DAY)
    assert opened(told).assessments[-1].band is Band.STANDARD


def test_a_judgement_stands_until_it_is_replaced() -> None:
    profile = hearing(
        opened(referral(judgement=judged(Band.HIGH))), session(answers=yes("animals"))
    )
    assert [made.band for made in profile.assessments] == [Band.HIGH, Band.HIGH]


def test_a_lower_judgement_from_a_session_is_kept_as_dissent() -> None:
    standing, lower = judged(Band.HIGH), judged(Band.MEDIUM, NOON + DAY)
    made = hearing(opened(referral(judgement=standing)), session(judgement=lower)).assessments[-1]
    assert (made.judgement, made.dissent, made.band) == (standing, lower, Band.HIGH)


def test_only_a_person_with_a_reason_takes_a_judgement_back() -> None:
    lower = judged(Band.MEDIUM, rationale="he has left the country")
    profile = hearing(opened(referral(judgement=judged(Band.HIGH))), correction(judgement=lower))
    assert (profile.judgement, profile.assessments[-1].band) == (lower, Band.MEDIUM)


def test_no_reason_lowers_what_the_answers_make_of_it() -> None:
    lower = judged(Band.STANDARD, rationale="she feels stronger")
    made = hearing(opened(referral(answers=HIGH)), correction(judgement=lower)).assessments[-1]
    assert (made.band, made.dissent) == (Band.HIGH, lower)
    assert not made.is_raised_by_judgement


def test_a_correction_may_take_an_answer_back() -> None:
    profile = hearing(
        opened(referral(answers=yes("animals"))), correction(answers={"animals": Answer.DONT_KNOW})
    )
    assert profile.assessments[-1].answers == {"animals": Answer.DONT_KNOW}


def test_another_instrument_has_a_line_of_its_own() -> None:
    dara = referral("r2", NOON + DAY, instrument="DARA", grade=Band.MEDIUM)
    profile = hearing(opened(referral(answers=yes("animals"))), dara)
    made = profile.assessments[-1]
    assert set(profile.lines) == {"DASH-24", "DARA"}
    assert (made.finding.score, made.band, made.changes) == (None, Band.MEDIUM, ())


def test_a_second_instrument_never_hides_what_the_first_has_found() -> None:
    dara = referral("r2", NOON + DAY, instrument="DARA", grade=Band.STANDARD)
    made = hearing(opened(referral(answers=HIGH)), dara).assessments[-1]
    assert (made.finding.level, made.band, made.worsened) == (Band.STANDARD, Band.HIGH, False)


def test_after_a_year_only_the_newer_instrument_counts() -> None:
    later = NOON + 366 * DAY
    dara = referral("r2", later, instrument="DARA", grade=Band.STANDARD)
    assert hearing(opened(referral(answers=HIGH)), dara).assessments[-1].band is Band.STANDARD


def test_a_disclosure_belongs_to_the_newest_form_that_has_items() -> None:
    young = opened(referral(instrument="YP", grade=Band.MEDIUM))
    dara = referral("r2", NOON + DAY, instrument="DARA", grade=Band.STANDARD)
    told = session("s1", NOON + 2 * DAY, answers=yes("stalking", "hurt_children"))
    made = hearing(young, dara, told).assessments[-1]
    assert (made.instrument, made.answers) == ("YP", yes("stalking"))
    assert made.unrecognised == ("hurt_children",)


def test_the_newest_grade_of_an_instrument_counts_whenever_it_is_heard() -> None:
    newer = referral("r2", NOON + 2 * DAY, instrument="DARA", grade=Band.HIGH)
    older = referral("r1", NOON, instrument="DARA", grade=Band.STANDARD)
    assert hearing(opened(newer), older).assessments[-1].grade is Band.HIGH


def test_a_foreign_item_is_refused_to_a_person() -> None:
    told = correction(answers=yes("hurt_children"))
    with pytest.raises(ItemNotOfInstrument):
        opened().reassess(told, BOOK, NOON)


def test_a_grade_has_no_place_on_a_scored_instrument() -> None:
    with pytest.raises(GradeNotTaken):
        opened().reassess(correction(grade=Band.HIGH), BOOK, NOON)


def test_nothing_is_not_assessed() -> None:
    with pytest.raises(NothingToAssess):
        opened().reassess(correction(), BOOK, NOON)


def test_a_high_assessment_awaits_its_alert() -> None:
    awaited = opened(referral(answers=HIGH)).awaited
    assert awaited is not None
    assert (awaited.assessment_id, awaited.number) == ("referral-r1", 1)
    assert awaited.announce_again_at == NOON + timedelta(seconds=30)
    assert opened().awaited is None


def test_an_alert_ends_the_waiting() -> None:
    profile, said = opened(referral(answers=HIGH)).hear_alert("referral-r1")
    assert (profile.awaited, said) == (None, ())


def test_an_alert_covers_the_assessments_before_it_and_none_after() -> None:
    first = opened(referral(answers=HIGH))
    second = hearing(first, session(answers=yes("animals")))
    assert second.hear_alert("referral-r1")[0].awaited == second.awaited
    assert second.hear_alert("session-s1")[0].awaited is None


def test_a_lower_assessment_does_not_end_the_waiting_of_a_high_one() -> None:
    profile = hearing(
        opened(referral(answers=HIGH)), correction(answers=dict.fromkeys(CALM, Answer.NO))
    )
    assert profile.assessments[-1].band is Band.STANDARD
    assert profile.awaited is not None


def test_an_unknown_assessment_ends_nothing() -> None:
    profile = opened(referral(answers=HIGH))
    assert profile.hear_alert("of-another-case") == (profile, ())


def test_it_insists_with_pauses_that_double_up_to_ten_minutes_and_never_stops() -> None:
    profile = opened(referral(answers=HIGH))
    pauses = []
    for _ in range(8):
        assert profile.awaited is not None
        due = profile.awaited.announce_again_at
        assert profile.insist(due - timedelta(milliseconds=1)) == (profile, ())
        profile, said = profile.insist(due)
        assert said == (AssessmentAnnouncedAgain("referral-r1"),)
        assert profile.awaited is not None
        pauses.append((profile.awaited.announce_again_at - due).total_seconds())
    assert pauses == [60, 120, 240, 480, 600, 600, 600, 600]


def test_a_closed_case_has_no_review_but_keeps_waiting_for_its_alert() -> None:
    profile, _ = opened(referral(answers=HIGH)).close(NOON + DAY)
    assert profile.review_due_at is None
    assert profile.awaited is not None


def test_a_case_that_is_referred_again_is_reviewed_again() -> None:
    closed, _ = opened().close(NOON + DAY)
    again = hearing(closed, referral("r2", NOON + 2 * DAY))
    assert again.review_due_at is not None


def test_a_closure_heard_late_does_not_close_a_case_that_was_referred_again() -> None:
    again = hearing(opened(), referral("r2", NOON + 2 * DAY))
    assert not again.close(NOON + DAY)[0].is_closed
