"""Rotas at the doors as calendars, and who may see and save them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from icalendar import Calendar

from services.chassis import clock
from tests.integration.notifications.alerts_in_use import (
    ADAM,
    AGENT,
    ANA,
    CARMEN,
    DORA,
    LONDON,
    MAYA,
    OTTO,
    Notifications,
    Person,
)
from tests.integration.notifications.rotas_in_use import (
    PLAN,
    Rota,
    soon,
    window,
)

EVERYWHERE = Person("eva", "manager", "*")


def test_a_calendar_is_given_out_as_text_and_taken_in_again_as_a_layer(saved: Rota) -> None:
    answer = saved.ask("GET", "/calendar", params={"weeks": 10})
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    events = Calendar.from_ical(answer.text).walk("VEVENT")
    assert {str(each["SUMMARY"]) for each in events} == {"ana (Days)", "bea (Days)"}
    body = {"calendar": answer.text, "as": "layer", "team": "Listed", "version": 1}
    taken = saved.ask("POST", "/calendar", json=body).json()
    assert [layer["kind"] for layer in taken["layers"]] == ["rotation", "listed"]
    assert len(taken["layers"][1]["shifts"]) == len(events)
    again = saved.ask("POST", "/calendar", json=body | {"version": 2}).json()
    assert [layer["team"] for layer in again["layers"]] == ["Days", "Listed"]
    assert saved.save(layers=again["layers"], version=3).status_code == 200


def ics(*events: tuple[str, str, datetime, int]) -> str:
    told = "".join(
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{who}\r\nDTSTART:{at:%Y%m%dT%H%M%SZ}\r\n"
        f"DURATION:PT{hours}H\r\nEND:VEVENT\r\n"
        for uid, who, at, hours in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{told}END:VCALENDAR\r\n"


def test_a_calendar_is_taken_in_as_overrides_by_the_names_that_are_told(saved: Rota) -> None:
    at = clock.now() - timedelta(hours=1)
    text = ics(("1", "Cora C", at, 2), ("2", "ana", at + timedelta(days=1), 2))
    body = {"calendar": text, "as": "overrides", "version": 1, "people": {"cora c": "cora"}}
    taken = saved.ask("POST", "/calendar", json=body)
    assert taken.status_code == 200, taken.text
    assert [each["person"] for each in taken.json()["overrides"]] == ["cora", "ana"]
    assert taken.json()["on_duty"]["people"] == ["cora"]
    assert taken.json()["saves"][-1]["what"] == "calendar"


def test_of_a_calendar_with_faults_nothing_is_stored(saved: Rota) -> None:
    at, before = clock.now() + timedelta(hours=1), saved.stored()
    text = ics(
        ("u1", "ana", at, 2), ("u2", "nobody", at, 1), ("u3", "bea", at + timedelta(hours=1), 1)
    )
    refused = saved.ask("POST", "/calendar", json={"calendar": text, "as": "layer", "version": 1})
    details = [fault["detail"] for fault in refused.json()["errors"]]
    assert refused.status_code == 422
    assert any("event u2" in each for each in details)
    assert any("event u3: it begins before event u1" in each for each in details)
    codes = {fault["code"]: fault["params"] for fault in refused.json()["errors"]}
    assert codes["event_nobody_known"] == {"line": 10, "event": "u2"}
    assert saved.stored() == before
    stale = {"calendar": ics(("u1", "ana", at, 2)), "as": "layer", "version": 9}
    assert saved.ask("POST", "/calendar", json=stale).status_code == 409
    assert saved.stored() == before


@pytest.mark.parametrize("by", [ANA, CARMEN, OTTO, AGENT, ADAM])
def test_only_managers_of_the_area_save(saved: Rota, by: Person) -> None:
    before = saved.stored()
    for method, what, body in (
        ("PUT", "", PLAN | {"version": 1}),
        ("POST", "/overrides", window(1, 2, person="cora")),
        ("POST", "/swaps", {"first": window(1, 2, person="a"), "second": window(3, 4, person="b")}),
        ("DELETE", "/overrides/x", {}),
        (
            "POST",
            "/calendar",
            {"calendar": ics(("1", "ana", clock.now(), 2)), "as": "overrides", "version": 1},
        ),
    ):
        assert saved.ask(method, what, by=by, json=body).status_code in (403, 404), what
    assert saved.stored() == before


def test_nobody_makes_a_rota_in_an_area_of_others(rota: Rota) -> None:
    assert rota.save(by=MAYA).status_code == 404
    assert rota.stored() is None
    assert rota.save(by=EVERYWHERE).status_code == 200


def test_caseworkers_of_the_area_read_and_nobody_else(saved: Rota) -> None:
    reader = Person("ana", "practitioner", saved.area)
    span = {"since": soon(), "until": soon(5)}
    for what, query in (("", {}), ("/shifts", span), ("/calendar", {})):
        assert saved.ask("GET", what, by=reader, params=query).status_code == 200
        assert saved.ask("GET", what, by=DORA, params=query).status_code == 404
        assert saved.ask("GET", what, by=OTTO, params=query).status_code == 403


@pytest.mark.parametrize("path", [f"{LONDON}/nobody", f"{LONDON}%20x/manager", f"{LONDON}/ops"])
def test_what_is_no_rota_is_not_found(notifications: Notifications, path: str) -> None:
    answer = notifications.ask("PUT", f"/rotas/{path}", MAYA, json=PLAN)
    assert answer.status_code == 404


def test_what_was_never_saved_is_not_found(rota: Rota) -> None:
    assert rota.ask("GET").status_code == 404
    assert rota.ask("POST", "/overrides", json=window(1, 2, person="a")).status_code == 404
    assert rota.save(version=3).status_code == 404
