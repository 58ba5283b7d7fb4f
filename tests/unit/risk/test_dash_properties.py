"""What must hold for whatever is answered, judged or told."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import assume, find, given
from hypothesis import strategies as st

from services.risk.domain import dash
from services.risk.domain.dash import Evidence, Ground, IncidentCount
from services.risk.domain.ruleset import ITEMS, Answer, Band, Ruleset
from tests.unit.risk.profile_examples import NOON

RULES = Ruleset()
BANDS = st.sampled_from(Band)
PAST = st.integers(0, 800).map(lambda days: NOON - timedelta(days=days))
DATES = st.lists(PAST, max_size=4).map(tuple)


@st.composite
def known(draw: Any, *instruments: str) -> Evidence:
    """Evidence of any kind on one of the instruments, or on any."""
    instrument = draw(st.sampled_from(instruments or tuple(ITEMS)))
    items = ITEMS[instrument]
    some = (
        st.dictionaries(st.sampled_from(items), st.sampled_from(Answer)) if items else st.just({})
    )
    counts = st.lists(st.builds(IncidentCount, st.integers(0, 9), PAST), max_size=3).map(tuple)
    return Evidence(
        instrument,
        NOON,
        answers=draw(some),
        grade=draw(st.none() | BANDS),
        judgement=draw(st.none() | BANDS),
        incidents_at=draw(DATES),
        incident_counts=draw(counts),
        further_incidents_at=draw(DATES),
        marac_level_at=draw(DATES),
    )


WITH_ITEMS = known(*(name for name, items in ITEMS.items() if items))


def with_answer(evidence: Evidence, item: str, answer: Answer) -> Evidence:
    return replace(evidence, answers={**evidence.answers, item: answer})


@given(known(), st.randoms(use_true_random=False))
def test_the_order_of_answers_and_dates_is_irrelevant(
    evidence: Evidence, chance: random.Random
) -> None:
    answers = list(evidence.answers.items())
    incidents = list(evidence.incidents_at)
    chance.shuffle(answers)
    chance.shuffle(incidents)
    shuffled = replace(evidence, answers=dict(answers), incidents_at=tuple(incidents))
    assert dash.find(RULES, shuffled) == dash.find(RULES, evidence)


@given(WITH_ITEMS, st.data())
def test_a_yes_never_lowers_anything(evidence: Evidence, data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(ITEMS[evidence.instrument]))
    before = dash.find(RULES, evidence)
    after = dash.find(RULES, with_answer(evidence, item, Answer.YES))
    assert after.level.rank >= before.level.rank
    assert after.score is not None
    assert before.score is not None
    assert after.score.yes >= before.score.yes
    assert set(after.grounds) >= set(before.grounds)
    assert set(after.cues) >= set(before.cues)


@given(WITH_ITEMS, st.data())
def test_finding_out_stays_within_what_was_shown(evidence: Evidence, data: st.DataObject) -> None:
    unknown = [
        item
        for item in ITEMS[evidence.instrument]
        if evidence.answers.get(item, Answer.NOT_STATED).is_unknown
    ]
    assume(unknown)
    found = data.draw(st.dictionaries(st.sampled_from(unknown), st.sampled_from(["yes", "no"])))
    before = dash.find(RULES, evidence)
    answers = {**evidence.answers, **{item: Answer(said) for item, said in found.items()}}
    after = dash.find(RULES, replace(evidence, answers=answers))
    assert before.score is not None
    assert after.score is not None
    assert before.score.yes <= after.score.yes <= before.score.max_if_unknown
    assert before.level.rank <= after.level.rank <= before.level_if_unknown.rank


@given(known(), BANDS)
def test_judgement_never_lowers(evidence: Evidence, judgement: Band) -> None:
    without = dash.find(RULES, replace(evidence, judgement=None))
    judged = dash.find(RULES, replace(evidence, judgement=judgement))
    assert judged.actuarial is without.actuarial is without.level
    assert judged.level is dash.highest([without.level, judgement])


@given(known())
def test_the_level_is_at_least_what_each_kind_of_evidence_asks_for(evidence: Evidence) -> None:
    finding = dash.find(RULES, evidence)
    asked = [evidence.grade, evidence.judgement, Band.HIGH if finding.grounds else None]
    assert finding.level.rank >= dash.highest(asked).rank
    assert finding.basis


@given(WITH_ITEMS)
def test_each_ground_looks_at_its_own_evidence_only(evidence: Evidence) -> None:
    def holds(ground: Ground, **other: Any) -> bool:
        return ground in dash.grounds(RULES, replace(evidence, **other))

    no_dates = {"incidents_at": (), "incident_counts": ()}
    no_marac = {"further_incidents_at": (), "marac_level_at": ()}
    alone = {
        Ground.VISIBLE_HIGH_RISK: {"judgement": None, **no_dates, **no_marac},
        Ground.PROFESSIONAL_JUDGEMENT: {"answers": {}, **no_dates, **no_marac},
        Ground.POTENTIAL_ESCALATION: {"judgement": None, **no_marac},
        Ground.REPEAT: {"answers": {}, "judgement": None, **no_dates},
    }
    for ground, nothing_else in alone.items():
        assert holds(ground) is holds(ground, **nothing_else)


@given(known())
def test_only_the_24_items_are_read_against_the_threshold(evidence: Evidence) -> None:
    visible = Ground.VISIBLE_HIGH_RISK in dash.grounds(RULES, evidence)
    score = dash.score(evidence)
    assert visible is (
        evidence.instrument == "DASH-24" and score is not None and score.yes >= RULES.threshold
    )


@given(known(), PAST)
def test_a_further_incident_never_lowers(evidence: Evidence, moment: Any) -> None:
    more = replace(
        evidence,
        incidents_at=(*evidence.incidents_at, moment),
        further_incidents_at=(*evidence.further_incidents_at, moment),
    )
    before, after = dash.find(RULES, evidence), dash.find(RULES, more)
    assert after.level.rank >= before.level.rank
    assert after.incidents >= before.incidents


def test_every_band_can_be_reached_on_every_instrument() -> None:
    for instrument in ITEMS:
        for band in Band:
            found = find(
                known(instrument),
                lambda evidence, band=band: dash.find(RULES, evidence).level is band,
            )
            assert found.instrument == instrument
