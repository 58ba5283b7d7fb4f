"""The rule on cases that anybody can check by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts import dash as published
from services.risk.domain import dash, ruleset
from services.risk.domain.dash import Basis, Ground, IncidentCount, find
from services.risk.domain.ruleset import DASH_24, DASH_27, ITEMS, Answer, Band, Ruleset
from tests.unit.risk.profile_examples import CALM, DAY, NOON, all_but, evidence, yes

RULES = Ruleset()
YEAR = timedelta(days=365)


def test_the_words_of_the_rule_are_those_of_the_published_language() -> None:
    assert ITEMS == published.ITEMS
    assert tuple(Answer) == published.ANSWERS
    assert tuple(Band) == published.BANDS
    assert tuple(Ground) == published.GROUNDS
    assert tuple(dash.CUES) == published.CUES


@pytest.mark.parametrize(
    ("count", "band"),
    [
        (0, Band.STANDARD),
        (9, Band.STANDARD),
        (10, Band.MEDIUM),
        (13, Band.MEDIUM),
        (14, Band.HIGH),
        (22, Band.HIGH),
    ],
)
def test_the_band_follows_the_number_of_yes(count: int, band: Band) -> None:
    finding = find(RULES, evidence(answers=all_but(CALM[:count])))
    assert finding.score is not None
    assert (finding.score.yes, finding.actuarial, finding.level) == (count, band, band)


def test_unknown_answers_widen_the_score_to_a_range() -> None:
    answers = {**all_but(CALM[:8]), "animals": Answer.DONT_KNOW, "criminal": Answer.NOT_STATED}
    score = find(RULES, evidence(answers=answers)).score
    assert score == dash.Score(yes=8, dont_know=1, not_stated=1)
    assert score.max_if_unknown == 10


def test_items_left_out_are_not_stated_and_never_no() -> None:
    finding = find(RULES, evidence(answers=yes("injury")))
    assert finding.score == dash.Score(yes=1, dont_know=0, not_stated=23)
    assert finding.level_if_unknown is Band.HIGH


def test_the_four_grounds_hold_apart_from_one_another() -> None:
    marac = NOON - 30 * DAY
    only = {
        Ground.VISIBLE_HIGH_RISK: evidence(answers=all_but(CALM[:14])),
        Ground.PROFESSIONAL_JUDGEMENT: evidence(judgement=Band.HIGH),
        Ground.POTENTIAL_ESCALATION: evidence(incident_counts=(IncidentCount(3, NOON),)),
        Ground.REPEAT: evidence(further_incidents_at=(NOON,), marac_level_at=(marac,)),
    }
    for ground, known in only.items():
        finding = find(RULES, known)
        assert finding.grounds == (ground,)
        assert finding.level is Band.HIGH


@pytest.mark.parametrize("item", ["frequency", "severity"])
def test_violence_that_is_rising_is_potential_escalation(item: str) -> None:
    assert find(RULES, evidence(answers=yes(item))).grounds == (Ground.POTENTIAL_ESCALATION,)


def test_two_incidents_are_not_yet_potential_escalation() -> None:
    known = evidence(incidents_at=(NOON - DAY, NOON - 2 * DAY))
    assert find(RULES, known).grounds == ()


def test_incidents_of_sessions_add_up_to_potential_escalation() -> None:
    known = evidence(incidents_at=(NOON, NOON - 100 * DAY, NOON - 364 * DAY))
    assert find(RULES, known).grounds == (Ground.POTENTIAL_ESCALATION,)


def test_incidents_of_more_than_a_year_ago_do_not_count() -> None:
    known = evidence(
        incidents_at=(NOON, NOON - 366 * DAY), incident_counts=(IncidentCount(9, NOON - 366 * DAY),)
    )
    assert dash.incidents(RULES, known) == 1


def test_counts_of_two_referrals_are_not_added_up() -> None:
    counts = (IncidentCount(2, NOON - 10 * DAY), IncidentCount(1, NOON - DAY))
    assert dash.incidents(RULES, evidence(incident_counts=counts)) == 2


def test_an_incident_after_a_count_is_added_to_it_and_one_before_is_not() -> None:
    count = (IncidentCount(2, NOON - 10 * DAY),)
    known = evidence(incident_counts=count, incidents_at=(NOON - 20 * DAY, NOON - DAY))
    assert dash.incidents(RULES, known) == 3


@pytest.mark.parametrize(
    ("after_marac", "is_repeat"),
    [(-1 * DAY, False), (timedelta(0), False), (DAY, True), (YEAR, True), (YEAR + DAY, False)],
)
def test_a_repeat_is_a_further_incident_within_a_year_of_the_last_marac(
    after_marac: timedelta, is_repeat: bool
) -> None:
    known = evidence(further_incidents_at=(NOON,), marac_level_at=(NOON - after_marac,))
    assert dash.is_repeat(RULES, known) is is_repeat


def test_the_flag_of_a_repeat_is_dropped_after_a_year() -> None:
    incident = NOON - YEAR - DAY
    known = evidence(further_incidents_at=(incident,), marac_level_at=(incident - DAY,))
    assert not dash.is_repeat(RULES, known)


def test_judgement_raises_the_level_and_says_so() -> None:
    finding = find(RULES, evidence(answers=all_but(()), judgement=Band.MEDIUM))
    assert (finding.actuarial, finding.level) == (Band.STANDARD, Band.MEDIUM)
    assert finding.basis == (Basis.JUDGEMENT,)


def test_a_lower_judgement_lowers_nothing() -> None:
    finding = find(RULES, evidence(answers=all_but(CALM[:14]), judgement=Band.STANDARD))
    assert finding.level is Band.HIGH
    assert Basis.JUDGEMENT not in finding.basis


@pytest.mark.parametrize(
    ("items", "cue"),
    [
        (("strangulation",), "strangulation"),
        (("stalking",), "stalking"),
        (("threat_kill",), "threat_kill"),
        (("frightened",), "own_perception"),
        (("fear_of",), "own_perception"),
        (("severity",), "escalation"),
        (("other_threat",), "honour_based"),
        (("separation", "control", "weapons"), "separation_control_violence"),
        (("separation", "control", "sexual"), "separation_control_violence"),
    ],
)
def test_critical_cues_stand_beside_the_score(items: tuple[str, ...], cue: str) -> None:
    assert find(RULES, evidence(answers=yes(*items))).cues == (cue,)


def test_separation_and_control_without_violence_are_no_cluster() -> None:
    assert find(RULES, evidence(answers=yes("separation", "control"))).cues == ()


def test_supplementary_questions_are_offered_when_an_item_calls_for_them() -> None:
    assert find(RULES, evidence(answers=yes("stalking"))).prompts == ("s_dash",)
    assert find(RULES, evidence(answers=yes("isolation"))).prompts == ("honour_based",)
    assert find(RULES, evidence("S-DASH", answers=yes("stalking"))).prompts == ()


def test_the_factors_are_the_items_answered_yes_in_their_order() -> None:
    answers = all_but(("weapons", "injury"))
    assert find(RULES, evidence(answers=answers)).factors == ("injury", "weapons")


def test_dara_has_a_grade_and_no_score() -> None:
    finding = find(RULES, evidence("DARA", grade=Band.MEDIUM))
    assert (finding.score, finding.level, finding.basis) == (None, Band.MEDIUM, (Basis.GRADE,))
    assert finding.grounds == ()


@pytest.mark.parametrize("instrument", ["DASH-27", "YP", "S-DASH"])
def test_the_threshold_of_the_24_items_is_not_read_into_another_count(instrument: str) -> None:
    items = [i for i in ITEMS[instrument] if i not in RULES.rising_items][:14]
    finding = find(RULES, evidence(instrument, answers=yes(*items), grade=Band.STANDARD))
    assert finding.score is not None
    assert finding.score.yes == 14
    assert (finding.level, finding.grounds) == (Band.STANDARD, ())


@pytest.mark.parametrize(("count", "band"), [(0, Band.MEDIUM), (13, Band.MEDIUM), (14, Band.HIGH)])
def test_a_form_without_a_grade_is_no_reassurance(count: int, band: Band) -> None:
    items = [i for i in DASH_27 if i not in RULES.rising_items][:count]
    finding = find(RULES, evidence("DASH-27", answers=yes(*items)))
    assert (finding.level, finding.grounds, finding.basis) == (band, (), (Basis.UNGRADED,))


def test_an_area_may_have_figures_of_its_own() -> None:
    strict = Ruleset(version="strict-1", threshold=10, medium_from=5, escalation_incidents=2)
    book = ruleset.Rulebook(areas={"cluj": strict})
    answers = all_but(CALM[:10])
    assert find(book.of("cluj"), evidence(answers=answers)).level is Band.HIGH
    assert find(book.of("perugia"), evidence(answers=answers)).level is Band.MEDIUM


def test_a_higher_level_is_looked_at_again_sooner() -> None:
    due = [dash.review_at(RULES, band, NOON) for band in Band]
    assert due == sorted(due, reverse=True)
    assert due[-1] == NOON + 7 * DAY


def test_every_item_counts_alike() -> None:
    for item in DASH_24:
        score = find(RULES, evidence(answers=all_but((item,)))).score
        assert score is not None
        assert score.yes == 1
