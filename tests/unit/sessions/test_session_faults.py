"""What the door refuses to record, every fault at once, and what it tidies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from marshmallow import ValidationError

from services.chassis import clock
from services.contracts.vocabulary import APPROACHES, ATTENDANCE, CASE_OUTCOMES
from services.sessions.domain.session import Attendance
from services.sessions.schemas import AllocateCase, CloseCase, Outcomes, RecordSession, SessionFacts

HELD = {
    "held_at": "2026-03-05T14:00:00+00:00",
    "attendance": "attended",
    "approaches": ["motivational_interviewing"],
}
MISSED = {"held_at": "2026-03-05T14:00:00+00:00", "attendance": "dna"}


def faults(**told: Any) -> dict[str, Any]:
    try:
        RecordSession().load(told)
    except ValidationError as error:
        return error.messages_dict
    return {}


def test_a_held_and_a_missed_session_pass_with_little() -> None:
    assert (faults(**HELD), faults(**MISSED)) == ({}, {})


def test_every_fault_is_told_at_once() -> None:
    found = faults(
        held_at="yesterday",
        attendance="dna",
        approaches=["cbt_rebt"],
        engagement=11,
        contact_was_safe="maybe",
        disclosures={"weapons": "yes"},
        mood="good",
    )
    assert set(found) == {
        "held_at",
        "approaches",
        "engagement",
        "contact_was_safe",
        "disclosures",
        "mood",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("approaches", ["vig"]),
        ("engagement", 5),
        ("goals", [{"goal": "Sleep", "rating": 3}]),
        ("activities", ["music"]),
        ("disclosures", {"weapons": "yes"}),
    ],
)
def test_what_needs_a_meeting_is_refused_without_one(name: str, value: object) -> None:
    assert set(faults(**MISSED, **{name: value})) == {name}


def test_what_can_be_learnt_without_a_meeting_is_taken() -> None:
    judgement = {"level": "high", "rationale": "The police rang."}
    incident = {"on": "2026-03-04", "reported_to_police": True}
    assert not faults(**MISSED, incident=incident, professional_judgement=judgement, notes="x")


def test_a_held_session_names_an_approach_and_no_reason() -> None:
    assert set(faults(**HELD | {"approaches": []}, reason="illness")) == {"approaches", "reason"}


def test_a_session_in_the_future_is_refused_but_not_a_fast_clock() -> None:
    tomorrow, soon = (clock.now() + timedelta(**d) for d in ({"days": 1}, {"minutes": 2}))
    assert "held_at" in faults(**HELD | {"held_at": tomorrow.isoformat()})
    assert not faults(**HELD | {"held_at": soon.isoformat()})


def test_an_incident_in_the_future_is_refused_by_its_own_field() -> None:
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    assert "on" in faults(**HELD, incident={"on": day})["incident"]


def test_each_wrong_disclosure_is_told_by_its_item() -> None:
    found = faults(**HELD, disclosures={"weapons": "perhaps", "mood": "yes", "sexual": "no"})
    assert set(found["disclosures"]) == {"weapons", "mood"}


def test_what_was_not_stated_is_left_out() -> None:
    told = RecordSession().load(
        HELD | {"disclosures": {"weapons": "not_stated", "sexual": "dont_know"}}
    )
    assert told["disclosures"] == {"sexual": "dont_know"}


def test_the_moment_of_a_session_is_kept_in_whole_seconds_of_utc() -> None:
    told = RecordSession().load(HELD | {"held_at": "2026-03-05T16:00:00.123456+02:00"})
    assert told["held_at"].isoformat() == "2026-03-05T14:00:00+00:00"


def test_a_corrected_session_is_named_as_people_type_it() -> None:
    assert "corrects" in faults(**HELD, corrects="S-1234")
    assert "corrects" in faults(**HELD, corrects=7)


def test_blank_text_is_none_and_a_fault_where_it_is_needed() -> None:
    assert RecordSession().load(MISSED | {"notes": "  "})["notes"] is None
    judgement = {"level": "high", "rationale": " "}
    found = faults(**HELD, professional_judgement=judgement, goals=[{"goal": "", "rating": 3}])
    assert found["professional_judgement"] == {"rationale": ["Missing data for required field."]}
    assert found["goals"] == {0: {"goal": ["Missing data for required field."]}}


def test_text_that_is_too_long_is_refused() -> None:
    assert set(faults(**MISSED, notes="x" * 4001)) == {"notes"}
    assert not faults(**MISSED, notes="x" * 4000)


def test_a_time_without_a_zone_is_refused() -> None:
    assert set(faults(**HELD | {"held_at": "2026-03-05T14:00:00"})) == {"held_at"}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00"])
def test_a_time_that_utc_has_no_year_for_is_refused(moment: str) -> None:
    assert set(faults(**HELD | {"held_at": moment})) == {"held_at"}


@pytest.mark.parametrize("field", ["practitioner_id", "team_id"])
@pytest.mark.parametrize("id", [":x", "-x", "x\n", "Mrs Canary", "x" * 65, ""])
def test_an_id_that_the_published_language_has_no_place_for_is_refused(field: str, id: str) -> None:
    with pytest.raises(ValidationError) as refused:
        AllocateCase().load({"practitioner_id": "ana", field: id})
    assert set(refused.value.messages_dict) == {field}


def test_a_closure_says_what_became_of_each_aim() -> None:
    with pytest.raises(ValidationError) as refused:
        CloseCase().load({"outcomes": {"violence_ended": "achieved", "child_returned": "yes"}})
    assert set(refused.value.messages_dict["outcomes"]) == {
        "stability_increased",
        "no_further_removal",
        "child_returned",
    }


def test_the_words_are_those_of_the_published_language() -> None:
    assert {each.value for each in Attendance} == set(ATTENDANCE)
    assert set(Outcomes().fields) == set(CASE_OUTCOMES)
    approaches = SessionFacts().fields["approaches"].inner.validate
    assert set(approaches.choices) == set(APPROACHES)
