"""The rota as managers see and change it: real doors, real shifts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.portal.door import Portal
from tests.integration.portal.messages import House, house
from tests.integration.portal.rotas_shown import (
    FIRST,
    HERE,
    ROTA,
    local,
    made,
    plan,
    said,
    version,
    words,
)


@pytest.fixture(scope="module")
def calls(portal: Portal, stack: Any, broker: Any) -> Iterator[House]:
    """The portal and notifications."""
    with house(portal, stack, broker) as opened:
        yield opened


def test_where_there_is_no_rota_a_manager_makes_one(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    assert "There is no rota" in words(mo, HERE)
    assert mo.get("/team").headers["location"] == HERE
    answer = mo.post(f"{ROTA}/plan", data=plan())
    assert (answer.status_code, answer.headers["location"]) == (303, f"{ROTA}?done")
    told = words(mo, HERE)
    assert re.search(r"Practitioners on duty Now: (Ana|Mo) Next: (Ana|Mo), from", told)
    told = words(mo, ROTA)
    assert told.count(" Ana ") > 6
    assert "Plan Mo" in told


def test_a_plan_that_cannot_be_is_shown_where_it_was_typed(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    wrong = {"fallback": "", f"{FIRST}.turn.length": "0", f"{FIRST}.team": ""}
    nobody = {f"{FIRST}.people.0": "", f"{FIRST}.people.2": ""}
    answer = mo.post(f"{HERE}/cluj/manager/plan", data=plan(**wrong, **nobody))
    assert answer.status_code == 422
    for name in (*wrong, f"{FIRST}.people"):
        assert f'id="{name}-fault"' in answer.text, name
        assert f'id="{name}"' in answer.text, name
    assert "There is no rota" in words(mo, f"{HERE}/cluj/manager")


def test_what_cannot_be_read_does_not_hide_what_else_is_wrong(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    empty = {f"{FIRST}.team": "", f"{FIRST}.people.0": "", f"{FIRST}.people.2": "", "fallback": ""}
    unreadable = {f"{FIRST}.begins": "", f"{FIRST}.turn.length": "0"}
    answer = mo.post(f"{HERE}/cluj/manager/plan", data=plan(**empty, **unreadable))
    wanted = {"team", "people", "begins", "turn.length"}
    for name in ("fallback", *(f"{FIRST}.{each}" for each in wanted)):
        assert f'id="{name}-fault"' in answer.text, name
    path = made(mo, "duty_manager")
    answer = mo.post(f"{path}/overrides", data={"person": "", "from": "", "until": ""})
    assert [f'id="{name}-fault"' in answer.text for name in ("person", "from", "until")] == [
        True
    ] * 3


def test_two_managers_do_not_overwrite_each_other(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    path = made(mo, "duty_manager")
    stale = version(mo, path) - 1
    answer = mo.post(f"{path}/plan", data=plan(stale))
    assert (answer.status_code, "saved this rota meanwhile" in answer.text) == (409, True)


def test_gaps_are_loud_and_only_left_on_purpose(calls: House) -> None:
    mo, path = calls.portal.signed_in("mo"), f"{HERE}/cluj/manager"
    nights = {
        f"{FIRST}.hours.0.days": "mon",
        f"{FIRST}.hours.0.from": "17:00",
        f"{FIRST}.hours.0.until": "09:00",
    }
    refused = mo.post(f"{path}/plan", data=plan(**nights))
    assert refused.status_code == 422
    assert "This leaves gaps" in refused.text
    assert "Nobody would be on the rota in these times:" in said(refused)
    assert re.search(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? \d+ \w+,? .*, 17:00", said(refused))
    assert 'name="accept_gaps"' in refused.text
    answer = mo.post(f"{path}/plan", data=plan(**nights, accept_gaps="yes"))
    assert answer.status_code == 303, answer.text
    for page in (path, HERE):
        assert re.search(r"There are \d+ gaps in the next 8 weeks. Only Mo", words(mo, page))


def test_the_times_of_a_rota_are_those_of_its_forms(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    path = made(mo, "responders")
    for page in (path, f"{HERE}?area=cluj"):
        assert "Times are shown for Europe/Bucharest" in words(mo, page)


def test_somebody_stands_in_and_is_taken_back(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    path = made(mo, "responders")
    times = {"from": local(minutes=-5), "until": local(days=3)}
    answer = mo.post(f"{path}/overrides", data={"person": "mo", "replaces": "ana"} | times)
    assert answer.status_code == 303, answer.text
    told = words(mo, path)
    assert "Now: Mo" in told
    assert "Mo stands in for Ana" in told
    assert "instead of Ana" in told
    back = re.search(rf'action="({path}/overrides/[^"]+/end)"', mo.get(path).text)
    assert back is not None
    assert mo.post(back[1]).status_code == 303
    assert "Mo stands in for Ana" not in words(mo, path)
    again = mo.post(back[1])
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"person": ""}, "person"),
        ({"replaces": "mo"}, "replaces"),
        ({"from": ""}, "from"),
        ({"until": "yesterday"}, "until"),
        ({"until": "2020-01-01T00:00"}, "until"),
    ],
)
def test_a_stand_in_that_cannot_be_is_shown_where_it_was_typed(
    calls: House, wrong: dict[str, str], field: str
) -> None:
    mo = calls.portal.signed_in("mo")
    path = made(mo, "responders")
    right = {"person": "mo", "replaces": "", "from": local(days=1), "until": local(days=2)}
    answer = mo.post(f"{path}/overrides", data=right | wrong)
    assert (answer.status_code, f'id="{field}-fault"' in answer.text) == (422, True), said(answer)
    assert "stands in for" not in words(mo, path)


def test_two_swap_their_shifts(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    path = made(mo, "duty_manager")
    choices = re.findall(r'<option value="([^"]+\|[^"]+\|\w+)"', mo.get(path).text)
    first = next(each for each in choices[1:] if each.endswith("|ana"))
    second = next(each for each in choices[1:] if each.endswith("|mo"))
    answer = mo.post(f"{path}/swaps", data={"first": first, "second": second})
    assert answer.status_code == 303, answer.text
    told = words(mo, path)
    assert "Mo stands in for Ana" in told
    assert "Ana stands in for Mo" in told
    assert told.count("Take back both halves of the swap") == 2


def test_a_swap_of_nothing_is_refused(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    path = made(mo, "duty_manager")
    for choice in ({"first": "", "second": ""}, {"first": "a|b|c", "second": "x"}):
        answer = mo.post(f"{path}/swaps", data=choice)
        assert answer.status_code == 422
        assert 'id="first-fault"' in answer.text
        assert 'id="second-fault"' in answer.text
        assert "Not a valid" not in answer.text


@pytest.mark.parametrize("path", [HERE, ROTA, f"{ROTA}/calendar.ics"])
def test_the_rota_is_for_managers(calls: House, path: str) -> None:
    for name in ("ana", "olga"):
        assert calls.portal.signed_in(name).get(path).status_code == 403


def test_a_rota_of_another_area_or_of_no_tier_is_not_there(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    for path in (f"{HERE}/perugia/responders", f"{HERE}/cluj/nobody"):
        assert mo.get(f"{path}/calendar.ics").status_code in {403, 404}
        answer = mo.post(f"{path}/plan", data=plan())
        assert answer.status_code in {403, 404}, said(answer)
