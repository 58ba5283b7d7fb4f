"""Every code of a rota has words on the pages."""

from __future__ import annotations

import re

import pytest

from services.chassis.web.problems import slug_of
from services.notifications.domain import errors
from services.notifications.domain.escalation import Tells
from services.notifications.domain.layers import Unit, Weekday
from services.notifications.domain.rota_reasons import OF_EVENT, WHOLE, Reason, fault
from services.portal.pages import rota_fault_labels
from services.portal.pages.languages import LANGUAGES
from services.portal.pages.problem_labels import PROBLEMS
from services.portal.pages.words import words_in
from services.portal.pages.work_labels import WORDS

CODED = {
    "day": tuple(Weekday),
    "rota": tuple(Tells),
    "rota_saved": ("plan", "override", "swap", "calendar", "taken_back"),
    "turn_unit": tuple(Unit),
}
LISTED = {Reason.GAP}
"""Reasons that the page shows as a list of times."""
GAP = re.compile(r"\{(\w+)\}")
PLACE = {"line", "event"}


@pytest.mark.parametrize(("kind", "codes"), CODED.items(), ids=CODED)
def test_each_code_has_words(kind: str, codes: tuple[str, ...]) -> None:
    assert set(codes) <= WORDS[kind].keys()


def test_each_refusal_that_a_form_can_meet_has_words() -> None:
    refusals = (errors.RotaSavedMeanwhile, errors.OverrideUnknown)
    assert {slug_of(refusal) for refusal in refusals} <= PROBLEMS.keys()


def shown(reason: Reason, language: str) -> str:
    """Return a reason with the names of its gaps in them, as the page of a rota tells it."""
    gaps = GAP.findall({**WHOLE, **OF_EVENT}[reason])
    told = {name: f"<{name}>" for name in {*gaps, *(PLACE if reason in OF_EVENT else ())}}
    found = fault(("calendar",), reason, **told)
    sentence: str = words_in(language)["rota_fault_text"](
        {"code": found.code, "detail": found.detail, "params": found.params}
    )
    assert {name for name in told if f"<{name}>" not in sentence} == set()
    return sentence


def test_each_reason_has_one_sentence_and_no_other_has() -> None:
    assert WHOLE.keys() | OF_EVENT.keys() == set(Reason)
    assert not WHOLE.keys() & OF_EVENT.keys()
    assert rota_fault_labels.WHOLE.keys() == WHOLE.keys() - LISTED
    assert rota_fault_labels.OF_EVENT.keys() == OF_EVENT.keys()


@pytest.mark.parametrize("reason", sorted(set(Reason) - LISTED))
def test_each_reason_is_told_in_four_languages_with_all_that_it_says(reason: Reason) -> None:
    assert len({shown(reason, language) for language in LANGUAGES}) == len(LANGUAGES) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_that_is_not_known_yet_is_told_without_its_english(language: str) -> None:
    told = {"code": "of_tomorrow", "detail": "english", "params": {"event": "100 %"}}
    assert "english" not in words_in(language)["rota_fault_text"](told)
