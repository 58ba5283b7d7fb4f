"""What is said of a referral fits its contract and holds ids and codes only."""

from __future__ import annotations

from typing import Any

import pytest

from services.contracts.catalogue import write
from services.contracts.dash import DASH_24
from services.referrals.announcements import announce
from services.referrals.domain.events import ReferralSubmitted
from services.referrals.domain.states import Verdict
from tests.unit.referrals.referral_examples import AT, CANARY, MANAGER, a_referral, as_text


def said(**changes: Any) -> dict[str, Any]:
    return write(announce(a_referral(**changes), ReferralSubmitted()))


def test_a_submission_is_said_in_codes() -> None:
    data = said(previous_marac_on="2025-11-03", incidents_12_months=3)
    assert CANARY not in as_text(data)
    assert "1991" not in as_text(data)
    assert data["children"] == {"under_18": 1, "removed": 1, "at_risk": 0}
    assert data["previous_marac_at"] == "2025-11-03T00:00:00+00:00"
    assert (data["professional_judgement"], data["repeat_of_case"]) == ("high", False)


def test_an_item_that_was_left_out_is_said_as_not_stated() -> None:
    answers = said()["answers"]
    assert tuple(answers) == DASH_24
    assert (answers["injury"], answers["stalking"]) == ("yes", "dont_know")
    assert answers["weapons"] == "not_stated"


@pytest.mark.parametrize(
    ("changes", "said_of_it"),
    [
        ({"instrument": "DARA", "answers": None, "grade": "high"}, ("high", {})),
        ({"professional_judgement": None}, (None, dict(said()["answers"]))),
    ],
)
def test_an_instrument_is_said_as_it_is(changes: dict[str, Any], said_of_it: object) -> None:
    data = said(**changes)
    assert (data["grade"], data["answers"]) == said_of_it


def test_a_move_is_said_with_its_reason_and_its_actor() -> None:
    referral, events = a_referral().decide(
        Verdict.DECLINE, by=MANAGER, at=AT, reason_code="no_capacity"
    )
    data = write(announce(referral, events[0]))
    assert (data["from"], data["to"]) == ("submitted", "declined")
    assert (data["reason_code"], data["by"]) == ("no_capacity", "maya")
