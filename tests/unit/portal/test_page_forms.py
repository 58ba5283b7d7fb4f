"""Forms become JSON documents, and the faults of a document find their fields."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import ImmutableMultiDict

from services.portal.pages import referral_form
from services.portal.pages.forms import Field, Form, is_whole, pattern, without_gaps
from services.portal.pages.session_form import session_form, session_of, tells_of_risk

Typed = ImmutableMultiDict[str, Any]


def referral(*typed: tuple[str, str]) -> dict[str, Any]:
    return Form(referral_form.FIELDS, without_gaps(Typed(typed), referral_form.GROUPS)).document()


def session(*typed: tuple[str, str]) -> dict[str, Any]:
    return session_of(session_form(Typed(typed), "Europe/Bucharest"))


def test_what_was_left_empty_is_left_out() -> None:
    assert referral(("client.given_name", " Amelia "), ("client.family_name", "  ")) == {
        "client": {"given_name": "Amelia"}
    }


def test_a_box_that_was_not_ticked_says_nothing() -> None:
    assert referral(("reason", "so")) == {"reason": "so"}
    assert referral(("interpreter_needed", "yes")) == {"interpreter_needed": True}


def test_yes_and_no_become_true_and_false() -> None:
    assert referral(("client_aware", "no")) == {"client_aware": False}


def test_a_date_is_written_as_the_services_write_it_however_wrong_it_is() -> None:
    parts = (("client.born_on.day", "3"), ("client.born_on.month", "x"))
    assert referral(*parts, ("client.born_on.year", "1991")) == {
        "client": {"born_on": "1991-0x-03"}
    }


def test_a_group_is_a_list_and_its_empty_members_are_left_out() -> None:
    told = referral(
        ("children.0.given_name", ""),
        ("children.0.status", ""),
        ("children.1.given_name", "Leo"),
        ("children.1.at_risk", "yes"),
    )
    assert told == {"children": [{"given_name": "Leo", "at_risk": True}]}


def test_a_group_within_a_part_keeps_its_days_together() -> None:
    told = referral(
        ("contact.windows.2.days", "mon"),
        ("contact.windows.2.days", "wed"),
        ("contact.windows.2.from", "09:00"),
    )
    assert told == {"contact": {"windows": [{"days": ["mon", "wed"], "from": "09:00"}]}}


def test_nobody_can_make_a_group_endless() -> None:
    form = Form(referral_form.FIELDS, Typed([("children.999999999.given_name", "Leo")]))
    assert len(form.members("children")) == 30


def test_faults_come_in_the_order_of_the_fields() -> None:
    problem = {
        "errors": [
            {"pointer": "#/reason", "code": "missing"},
            {"pointer": "#/children/1/status", "code": "missing"},
            {"pointer": "#/client/given_name", "code": "missing"},
            {"pointer": "#/nowhere", "code": "unknown"},
        ]
    }
    form = Form(referral_form.FIELDS).with_faults(problem)
    names = [fault.name for fault in form.faults]
    assert names == ["client.given_name", "children.1.status", "reason", "nowhere"]
    assert pattern("children.1.status") == "children.*.status"


def test_a_moment_is_told_with_the_offset_of_the_reader() -> None:
    assert session(("held_at", "2026-07-01T09:30")) == {"held_at": "2026-07-01T09:30:00+03:00"}


def test_a_goal_on_file_is_told_only_if_it_was_rated() -> None:
    kept = [("goals.0.goal", "Sleep"), ("goals.0.known", "yes"), ("goals.0.rating", "")]
    new = [("goals.1.goal", "Work"), ("goals.1.rating", "4")]
    assert session(*kept, *new) == {"goals": [{"goal": "Work", "rating": 4}]}


def test_a_new_goal_without_a_rating_is_told_so_that_the_fault_is_seen() -> None:
    assert session(("goals.0.goal", "Work")) == {"goals": [{"goal": "Work"}]}


def test_an_incident_is_told_only_if_there_was_one() -> None:
    assert session(("incident.reported_to_police", "yes")) == {}
    told = session(("incident.happened", "yes"), ("incident.reported_to_police", "no"))
    assert told == {"incident": {"reported_to_police": False}}
    assert tells_of_risk(told)
    assert session(("incident.happened", "yes")) == {"incident": {}}


def test_a_number_too_long_to_be_meant_is_passed_on_as_text() -> None:
    assert is_whole("12")
    assert not is_whole("9" * 5_000)
    assert not is_whole("-1")


def test_what_was_left_empty_is_told_beside_what_cannot_be_read() -> None:
    fields = {"from": Field("From", needed=True), "who": Field("Who", needed=True)}
    unreadable = {"errors": [{"pointer": "#/from", "code": "invalid"}]}
    form = Form(fields, ImmutableMultiDict({"from": "yesterday"})).with_faults(unreadable)
    found = form.with_unfilled().faults
    assert [(fault.name, fault.code) for fault in found] == [
        ("from", "invalid"),
        ("who", "missing"),
    ]
