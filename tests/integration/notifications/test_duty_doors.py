"""Rotas at the doors: what is refused, nothing half stored, and people who stand in and swap."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from services.chassis import clock
from tests.integration.notifications.alerts_in_use import (
    MAYA,
    Person,
)
from tests.integration.notifications.people_in_use import tell, told
from tests.integration.notifications.rotas_in_use import (
    DAYS,
    NIGHTS,
    PLAN,
    Rota,
    pointers,
    slug,
    soon,
    window,
)
from tests.support import until
from tests.support.measured import measured


def test_a_rota_is_saved_read_and_saved_again_from_what_was_read(rota: Rota) -> None:
    first = rota.save(layers=[DAYS, NIGHTS]).json()
    assert (first["version"], first["gaps"], first["accepts_gaps"]) == (1, [], False)
    assert rota.read() == first
    again = rota.save(layers=first["layers"], version=1).json()
    assert again["layers"] == first["layers"]
    assert [(each["version"], each["by"]) for each in again["saves"]] == [(1, "maya"), (2, "maya")]


def test_who_is_on_duty_is_told_with_the_rota(saved: Rota) -> None:
    on_duty = saved.read()["on_duty"]
    assert on_duty["people"][0] in DAYS["people"]
    assert on_duty["is_fallback"] is False


def test_the_rotas_of_an_area_are_listed_by_tier(saved: Rota) -> None:
    path = f"/rotas/{saved.area}/manager"
    saved.notifications.ask("PUT", path, saved.maya, json=PLAN)
    listed = saved.notifications.ask("GET", "/rotas", saved.maya, params={"area": saved.area})
    assert [each["tier"] for each in listed.json()["items"]] == ["manager", "responders"]
    other = saved.notifications.ask("GET", "/rotas", MAYA, params={"area": saved.area})
    assert other.json()["items"] == []


def test_every_fault_is_told_at_once_and_nothing_is_stored(rota: Rota) -> None:
    wrong = rota.save(
        zone="Europe/Atlantis",
        fallback="",
        layers=[DAYS | {"people": []}, DAYS | {"turn": {"unit": "days", "length": 0}}],
    )
    assert pointers(wrong) == {
        "#/zone",
        "#/fallback",
        "#/layers/0/people",
        "#/layers/1/turn/length",
    }
    assert pointers(rota.save(layers=[])) == {"#/layers"}
    assert rota.stored() is None


def test_what_is_no_rota_at_all_is_told_field_by_field(rota: Rota) -> None:
    layer = {
        "team": "x",
        "people": ["a b"],
        "begins": "2026-01-05T09:00Z",
        "turn": {"unit": "eons"},
    }
    assert pointers(rota.save(layers=[layer], version=-1, more=1)) == {
        "#/layers/0/people/0",
        "#/layers/0/begins",
        "#/layers/0/turn/unit",
        "#/layers/0/turn/length",
        "#/version",
        "#/more",
    }
    assert pointers(rota.save(layers=[{"team": "x"}])) == {"#/layers/0/begins", "#/layers/0/turn"}


def test_gaps_are_refused_until_they_are_accepted_and_then_told_and_measured(rota: Rota) -> None:
    refused = rota.save(layers=[NIGHTS])
    assert pointers(refused) == {"#/accept_gaps"}
    assert rota.stored() is None
    accepted = rota.save(layers=[NIGHTS], accept_gaps=True).json()
    assert accepted["accepts_gaps"] is True
    assert 15 <= len(accepted["gaps"]) <= 18
    name = "casework_notifications_rota_gap_seconds"
    until(lambda: (measured(rota.notifications.url, name, tier="responders") or 0) > 0, within=30)


def test_a_rota_that_begins_later_has_a_gap_until_then(rota: Rota) -> None:
    begins = (clock.now() + timedelta(days=2)).replace(tzinfo=None).isoformat(timespec="minutes")
    late = [DAYS | {"begins": begins}]
    assert pointers(rota.save(layers=late)) == {"#/accept_gaps"}
    kept = rota.save(layers=late, accept_gaps=True).json()
    assert kept["on_duty"] == {"people": ["dora"], "is_fallback": True}
    assert len(kept["gaps"]) == 1
    name = "casework_notifications_rotas_without_duty"
    until(lambda: (measured(rota.notifications.url, name, tier="responders") or 0) > 0, within=30)


def test_who_saves_from_an_older_version_is_told_who_was_faster(saved: Rota) -> None:
    dora = Person("dora", "duty_manager", saved.area)
    assert saved.save(by=dora, version=1).status_code == 200
    late = saved.save(version=1, fallback="bea")
    assert (late.status_code, slug(late)) == (409, "rota-saved-meanwhile")
    assert "by dora" in late.json()["detail"]
    assert saved.save(version=0).status_code == 409
    assert saved.read()["fallback"] == "dora"


def test_of_many_who_save_at_once_one_wins(saved: Rota) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: saved.save(version=1).status_code, range(8)))
    assert sorted(answers) == [200] + [409] * 7
    assert saved.read()["version"] == 2


def test_the_same_key_saves_once(rota: Rota) -> None:
    for _ in range(3):
        answer = rota.ask("PUT", json=PLAN, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["version"]) == (200, 1)


def test_somebody_stands_in_and_is_taken_back(saved: Rota) -> None:
    added = saved.ask("POST", "/overrides", json=window(-1, 1, person="cora")).json()
    assert added["on_duty"]["people"] == ["cora"]
    override = added["overrides"][0]
    back = saved.ask("DELETE", f"/overrides/{override['id']}")
    assert back.json()["overrides"] == []
    assert back.json()["on_duty"]["people"] != ["cora"]
    again = saved.ask("DELETE", f"/overrides/{override['id']}")
    assert (again.status_code, slug(again)) == (404, "override-unknown")
    assert [save["what"] for save in saved.read()["saves"]] == ["plan", "override", "taken_back"]


def test_an_override_ends_after_it_begins_and_is_of_this_version(saved: Rota) -> None:
    wrong = saved.ask("POST", "/overrides", json=window(2, 1))
    assert pointers(wrong) == {"#/until", "#/person"}
    body = window(1, 2, person="cora") | {"version": 7}
    assert saved.ask("POST", "/overrides", json=body).status_code == 409
    unzoned = {"from": "2027-01-01T09:00", "until": "2027-01-02T09:00", "person": "cora"}
    assert pointers(saved.ask("POST", "/overrides", json=unzoned)) == {"#/from", "#/until"}
    assert saved.read()["version"] == 1


def test_an_override_that_covers_a_gap_is_not_taken_back_unseen(rota: Rota) -> None:
    rota.save(layers=[NIGHTS], accept_gaps=True)
    made = rota.ask("POST", "/overrides", json=window(0, 24 * 70, person="cora")).json()
    assert made["gaps"] == []
    path = f"/overrides/{made['overrides'][0]['id']}"
    assert pointers(rota.ask("DELETE", path)) == {"#/accept_gaps"}
    assert rota.ask("DELETE", path, params={"accept_gaps": "true"}).status_code == 200


def test_two_people_swap_and_swap_back(saved: Rota) -> None:
    span = {"since": soon(), "until": soon(24 * 40)}
    shifts = saved.ask("GET", "/shifts", params=span).json()["items"]
    one, other = (
        {name: each[name] for name in ("from", "until", "person")} for each in shifts[1:3]
    )
    saved.ask("POST", "/swaps", json={"first": one, "second": other})
    swapped = saved.ask("GET", "/shifts", params=span).json()["items"]
    assert [each["person"] for each in swapped[1:3]] == [other["person"], one["person"]]
    assert [each["instead_of"] for each in swapped[1:3]] == [one["person"], other["person"]]
    half = saved.read()["overrides"][1]
    saved.ask("DELETE", f"/overrides/{half['id']}")
    assert saved.ask("GET", "/shifts", params=span).json()["items"] == shifts


def test_nobody_swaps_with_herself_or_with_nobody(saved: Rota) -> None:
    one = window(1, 2, person="ana")
    assert pointers(saved.ask("POST", "/swaps", json={"first": one, "second": one})) == {
        "#/first/replaces",
        "#/second/replaces",
    }
    assert pointers(saved.ask("POST", "/swaps", json={"first": one})) == {"#/second"}


@pytest.mark.parametrize(
    "span",
    [(soon(2), soon(1)), (soon(), soon(24 * 400)), ("2026-01-01T09:00", soon()), ("x", "y")],
)
def test_shifts_are_of_a_year_at_most(saved: Rota, span: tuple[str, str]) -> None:
    answer = saved.ask("GET", "/shifts", params={"since": span[0], "until": span[1]})
    assert answer.status_code == 422


def test_who_leaves_or_loses_the_area_leaves_a_gap_in_her_turns(saved: Rota) -> None:
    assert saved.read()["gaps"] == []
    moves = [told(Person(name), areas=["elsewhere"]) for name in DAYS["people"]]
    tell(saved.notifications, *moves)
    gone = until(lambda: [each for each in [saved.read()] if each["gaps"]])[0]
    assert gone["on_duty"] == {"people": ["dora"], "is_fallback": True}
    tell(saved.notifications, *(each | {"areas": ["*"]} for each in moves))
    until(lambda: saved.read()["gaps"] == [])
