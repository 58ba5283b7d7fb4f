"""Bad input is refused whole: each fault is named where it is, and no value is told back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.chassis.web.fields import today
from services.chassis.web.problems import Problem, invalid
from services.contracts.dash import ITEMS
from services.referrals.domain.intake import Intake
from services.referrals.schemas import DecideReferral, ReferralsQuery, SubmitReferral
from tests.unit.referrals.referral_examples import CANARY, told

TOMORROW = (today() + timedelta(days=1)).isoformat()
TEN_YEARS_AGO = (today() - timedelta(days=3650)).isoformat()
WRONG = "Zz-wrong-\u2603"

Break = Callable[[dict[str, Any]], None]


def problem(sent: Any, schema: type = SubmitReferral) -> Problem:
    with pytest.raises(ValidationError) as refused:
        schema().load(sent)
    return invalid(refused.value.messages)


def pointers(sent: Any, schema: type = SubmitReferral) -> list[str]:
    return sorted({fault.pointer for fault in problem(sent, schema).faults})


def put(*path: str | int, value: Any = WRONG) -> Break:
    def broken(sent: dict[str, Any]) -> None:
        *outer, last = path
        place: Any = sent
        for name in outer:
            place = place[name]
        place[last] = value

    return broken


BREAKS: dict[str, Break] = {
    "#/agency_reference": put("agency_reference", value="r" * 65),
    "#/area": put("area"),
    "#/language": put("language"),
    "#/interpreter_needed": put("interpreter_needed"),
    "#/referrer/name": put("referrer", "name", value=""),
    "#/referrer/telephone": put("referrer", "telephone"),
    "#/referrer/email": put("referrer", "email"),
    "#/referrer/badge": put("referrer", "badge"),
    "#/client/given_name": put("client", "given_name", value="--"),
    "#/client/family_name": put("client", "family_name", value="f" * 201),
    "#/client/born_on": put("client", "born_on"),
    "#/client/aliases/0": put("client", "aliases", value=[7]),
    "#/client/postcode": put("client", "postcode", value="p" * 21),
    "#/client/email": put("client", "email"),
    "#/client/diversity/lgbt": put("client", "diversity", value={"lgbt": "perhaps"}),
    "#/contact/channel": put("contact", "channel"),
    "#/contact/safe": put("contact", "safe"),
    "#/contact/windows/0/days": put("contact", "windows", 0, "days", value=[]),
    "#/contact/windows/0/to": put("contact", "windows", 0, "to", value="08:00"),
    "#/contact/voicemail_ok": put("contact", "voicemail_ok"),
    "#/children/0/born_on": put("children", 0, "born_on", value=TOMORROW),
    "#/children/0/status": put("children", 0, "status"),
    "#/perpetrators/0/relationship": put("perpetrators", 0, "relationship"),
    "#/perpetrators/0/born_on": put("perpetrators", 0, "born_on", value="1999-02-30"),
    "#/needs/1": put("needs", value=["housing", WRONG]),
    "#/answers/injury": put("answers", "injury"),
    "#/answers/shoe_size": put("answers", "shoe_size", value="yes"),
    "#/grade": put("grade", value="high"),
    "#/professional_judgement/level": put("professional_judgement", "level"),
    "#/professional_judgement/rationale": put("professional_judgement", "rationale", value=None),
    "#/incidents_12_months": put("incidents_12_months", value=-1),
    "#/further_incident": put("further_incident"),
    "#/latest_incident_on": put("latest_incident_on", value=TOMORROW),
    "#/previous_marac_on": put("previous_marac_on", value=TOMORROW),
    "#/not_aware_reason": put("client_aware", value=False),
    "#/lawful_basis": put("consent", value="refused"),
    "#/reason": put("reason", value=" "),
    "#/notes": put("notes", value="n" * 4001),
    "#/shoe_size": put("shoe_size"),
}


def broken(*names: str) -> dict[str, Any]:
    sent = json.loads(json.dumps(told()))
    for name in names:
        BREAKS[name](sent)
    return dict(sent)


@pytest.mark.parametrize("pointer", BREAKS)
def test_a_fault_is_named_where_it_is(pointer: str) -> None:
    assert pointers(broken(pointer)) == [pointer]


@given(st.sets(st.sampled_from(sorted(BREAKS)), min_size=2))
def test_every_fault_is_named_at_once_and_nothing_else(names: set[str]) -> None:
    assert pointers(broken(*names)) == sorted(names)


def test_no_fault_tells_a_value_back() -> None:
    body = json.dumps(problem(broken(*BREAKS)).body("trace"), ensure_ascii=False)
    assert CANARY not in body
    assert WRONG not in body
    assert TOMORROW not in body


def test_every_fault_is_told_in_a_sentence() -> None:
    for fault in problem(broken(*BREAKS)).faults:
        assert fault.detail[0].isupper()
        assert fault.detail.endswith((".", "2026-03-31.", "example.org."))


def test_an_empty_body_is_told_all_that_is_needed() -> None:
    needed = "area client client_aware consent contact instrument language reason referrer"
    assert pointers({}) == [f"#/{name}" for name in needed.split()]


@pytest.mark.parametrize("sent", [[], "text", 7, None, {"client": 7, "contact": [], "answers": []}])
def test_a_body_of_another_shape_is_refused_and_never_an_error(sent: Any) -> None:
    assert problem(sent).faults


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*told(), "grade", "lawful_basis"], JSON)))
def test_whatever_json_is_sent_is_loaded_or_refused(changes: dict[str, Any]) -> None:
    try:
        loaded = SubmitReferral().load(told() | changes)
    except ValidationError as refused:
        loaded = invalid(refused.messages)
    assert isinstance(loaded, Intake) or loaded.faults


def test_answers_belong_to_their_instrument() -> None:
    of_children = {"answers": {"hurt_children": "yes"}}
    assert pointers(told(**of_children)) == ["#/answers/hurt_children"]
    assert SubmitReferral().load(told(instrument="DASH-27", **of_children))
    assert ITEMS["DARA"] == ()
    assert pointers(told(instrument="DARA", grade="high")) == [
        "#/answers/injury",
        "#/answers/stalking",
    ]


def test_a_dara_needs_its_grade_and_no_answers() -> None:
    assert pointers(told(instrument="DARA", answers=None)) == ["#/grade"]
    assert SubmitReferral().load(told(instrument="DARA", answers=None, grade="medium"))


def test_any_other_instrument_needs_answers() -> None:
    assert pointers(told(answers=None)) == ["#/answers"]


@pytest.mark.parametrize("instrument", ["DASH-24", "DASH-27", "S-DASH"])
def test_a_minor_is_not_scored_as_an_adult(instrument: str) -> None:
    client = told()["client"] | {"born_on": TEN_YEARS_AGO}
    assert pointers(told(instrument=instrument, client=client)) == ["#/instrument"]
    assert SubmitReferral().load(told(instrument="YP", client=client))


def test_a_year_of_birth_too_long_ago_is_a_slip() -> None:
    client = told()["client"] | {"born_on": "1819-04-17"}
    assert pointers(told(client=client)) == ["#/client/born_on"]


def test_consent_that_was_not_given_is_no_basis() -> None:
    without = {"consent": "not_sought", "lawful_basis": "consent"}
    assert pointers(told(**without)) == ["#/lawful_basis"]
    assert SubmitReferral().load(told(consent="not_sought", lawful_basis="vital_interests"))


def test_what_is_left_out_and_what_is_null_are_the_same() -> None:
    loaded = [SubmitReferral().load(told() | {"notes": None, "grade": None})]
    loaded.append(SubmitReferral().load(told()))
    assert loaded[0] == loaded[1]


def test_blanks_and_the_order_of_fields_do_not_make_another_referral() -> None:
    backwards = dict(reversed(told().items())) | {"reason": f" {CANARY}reason "}
    assert SubmitReferral().load(backwards) == SubmitReferral().load(told())


@pytest.mark.parametrize(
    ("sent", "at_fault"),
    [
        ({}, ["#/decision"]),
        ({"decision": "decline"}, ["#/reason_code"]),
        ({"decision": "decline", "reason_code": "bored"}, ["#/reason_code"]),
        ({"decision": "accept", "reason_code": "other"}, ["#/reason_code"]),
        ({"decision": "reopen"}, ["#/note"]),
        ({"decision": "request_information", "note": "?"}, ["#/reason_code"]),
        ({"decision": "forget", "note": 7, "by": "me"}, ["#/by", "#/decision", "#/note"]),
    ],
)
def test_a_decision_has_its_reason_and_its_note(sent: dict[str, Any], at_fault: list[str]) -> None:
    assert pointers(sent, DecideReferral) == at_fault


@pytest.mark.parametrize("asked", [{"limit": "0"}, {"limit": "101"}, {"status": "x"}, {"q": "x"}])
def test_a_list_is_asked_for_within_bounds(asked: dict[str, str]) -> None:
    assert len(pointers(asked, ReferralsQuery)) == 1
