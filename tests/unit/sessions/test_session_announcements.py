"""What the bus is told: every event fits its contract, and nothing written freely is in it."""

from __future__ import annotations

import json

import pytest

from services.contracts.catalogue import write
from services.sessions.announcements import announce
from services.sessions.domain.model import CaseFile
from services.sessions.domain.session import Words
from tests.unit.sessions.case_file_examples import (
    MAYA,
    REFERENCE,
    RULE,
    START,
    bare,
    recorded,
    session,
)

SECRET = "canary: his brother works at the bakery"
WORDS = Words(notes=SECRET, capacity_to_change=SECRET, judgement_rationale=SECRET, goals=(SECRET,))


def said() -> list[tuple[CaseFile, object]]:
    """Return every kind of event, with the file as it was then."""
    outcomes = {"violence_ended": "achieved", "child_returned": "not"}
    told = session(
        1, words=WORDS, goal_ratings=(4,), disclosures={"weapons": "yes"}, judgement="high"
    )
    filed, events = bare().record(told, RULE)
    allocated, more = filed.allocate("ana", "west", by=MAYA, at=START)
    missed = recorded(allocated, session(2, "dna"))
    lapsed, (*_, lapse) = missed.record(session(3, "dna"), RULE)
    closed, (closure,) = lapsed.close(outcomes, by=MAYA, at=START)
    return [(filed, events[0]), (allocated, more[0]), (lapsed, lapse), (closed, closure)]


@pytest.mark.parametrize(("file", "event"), said(), ids=lambda x: type(x).__name__)
def test_each_event_fits_its_contract_and_tells_no_word(file: CaseFile, event: object) -> None:
    data = write(announce(file, event))
    assert data["case_reference"] == REFERENCE
    assert "canary" not in json.dumps(data)


def test_a_session_is_told_in_codes() -> None:
    (file, event), *_ = said()
    data = write(announce(file, event))
    assert data["disclosures"] == {"weapons": "yes"}
    assert (data["professional_judgement"], data["incident"]) == ("high", False)


def test_an_unknown_event_is_not_passed_over() -> None:
    with pytest.raises(TypeError, match="object"):
        announce(bare(), object())
