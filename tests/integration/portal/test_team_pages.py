"""Pages for managers: how soon alerts are answered, and who is told when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.chassis.clock import now
from tests.integration.portal.door import Portal
from tests.integration.portal.messages import House, house
from tests.support import until

FIGURES, LADDERS = "/team/figures", "/team/escalation"


@pytest.fixture(scope="module")
def calls(portal: Portal, stack: Any, broker: Any) -> Iterator[House]:
    """The portal and notifications, with a box for mail."""
    with house(portal, stack, broker) as opened:
        yield opened


def words(web: httpx.Client, path: str) -> str:
    answer = web.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def typed(web: httpx.Client, kind: str) -> dict[str, str]:
    """Return the fields of the form of one ladder as the page shows them."""
    page = web.get(f"{LADDERS}?area=cluj").text
    form = page[page.index(f'action="{LADDERS}/cluj/{kind}"') :].partition("</form>")[0]
    return dict(re.findall(r'name="([^"]+)"[^>]*? value="([^"]*)"', form))


def test_figures_say_how_soon_alerts_were_answered(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    assert "No alert was raised in this time." in words(mo, FIGURES)
    references = [calls.alert() for _ in range(3)]
    for reference in references[:2]:
        assert mo.post(f"/alerts/{reference}/acknowledgements").status_code == 303
    assert mo.post(f"/alerts/{references[0]}/actions", data={"kind": "police"}).status_code == 303
    told = words(mo, f"{FIGURES}?area=cluj&days=7")
    assert "3 alerts were raised in this time." in told
    assert re.search(r"Until somebody took it on \d+ seconds? Half came within this time", told)
    assert "1 not taken on so far" in told
    assert "2 without an action so far" in told
    assert re.search(r"Open now, by age Under 15 minutes 3", told)
    assert re.search(r"Open now, by step Step 1 3", told)


def test_an_alert_that_is_open_for_longer_than_the_chosen_time_is_not_forgotten(
    calls: House, mongo: Any
) -> None:
    mo, long_ago = calls.portal.signed_in("mo"), now() - timedelta(days=40)
    alerts = mongo.database("notifications")["notifications"]
    known = {"reference": calls.alert()}
    moved = alerts.update_one(known, {"$set": {"raised_at": long_ago}, "$inc": {"version": 1}})
    assert moved.modified_count == 1
    told = words(mo, f"{FIGURES}?area=cluj&days=7")
    assert re.search(r"Open now, by age (Under 15 minutes \d )?Over 1 week 1", told), told
    alerts.delete_one(known)


@pytest.mark.parametrize("query", ["?area=perugia", "?days=0", "?days=x&area=../cluj", "?area="])
def test_figures_are_of_her_own_areas_whatever_is_asked(calls: House, query: str) -> None:
    mo = calls.portal.signed_in("mo")
    assert 'name="area" value="cluj"' in mo.get(FIGURES + query).text


@pytest.mark.parametrize("path", ["/team", FIGURES, LADDERS])
def test_pages_of_the_team_are_for_managers(calls: House, path: str) -> None:
    for name in ("ana", "olga", "officer"):
        web = calls.portal.signed_in(name)
        assert web.get(path).status_code == 403
        assert 'href="/team"' not in web.get("/account").text
    assert 'href="/team"' in calls.portal.signed_in("mo").get("/account").text


def test_the_ladder_is_told_in_words(calls: House) -> None:
    told = words(calls.portal.signed_in("mo"), LADDERS)
    assert "At once : The practitioner of the case, or who is on duty" in told
    assert "5 minutes later : The managers" in told
    assert "Then everybody again every 15 minutes" in told
    assert "must have acted within 1 hour" in told
    assert "nobody has changed it here" in told


def test_a_manager_changes_the_waits_and_the_version_says_who(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    fields = typed(mo, "high_risk") | {"rungs.2.after_s": "2,5", "repeat_every_s": "10"}
    answer = mo.post(f"{LADDERS}/cluj/high_risk", data=fields)
    assert answer.status_code == 303, answer.text
    assert "That is kept." in words(mo, answer.headers["location"])
    told = words(mo, LADDERS)
    assert "150 seconds later : The managers" in told
    assert "every 10 minutes" in told
    assert "Version 1, saved by Mo" in told
    late = mo.post(f"{LADDERS}/cluj/high_risk", data=fields)
    assert (late.status_code, "Somebody else has saved this" in late.text) == (409, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rungs.1.after_s": "61", "repeat_every_s": "", "unresolved_after_s": "99999"},
        {"rungs.2.after_s": "", "acknowledgement_lasts_s": "soon"},
        {"rungs.1.after_s": "soon", "acknowledgement_lasts_s": "9999", "repeat_every_s": ""},
    ],
)
def test_a_ladder_that_would_not_protect_her_is_not_taken(
    calls: House, wrong: dict[str, str]
) -> None:
    mo = calls.portal.signed_in("mo")
    before = mo.get("/api/v1/policies?area=cluj").json()
    answer = mo.post(f"{LADDERS}/cluj/high_risk", data=typed(mo, "high_risk") | wrong)
    assert answer.status_code == 422
    for name, text in wrong.items():
        assert f'id="{name}-fault"' in answer.text, name
        assert f'href="#{name}"' in answer.text
        assert f'name="{name}"' in answer.text
        assert f'value="{text}"' in answer.text
    assert mo.get("/api/v1/policies?area=cluj").json() == before


@pytest.mark.parametrize("wait", ["NaN", "1e400", "-5", "0", "9" * 400, "1 2"])
def test_nonsense_is_no_wait(calls: House, wait: str) -> None:
    mo = calls.portal.signed_in("mo")
    fields = typed(mo, "engagement") | {"rungs.1.after_s": wait}
    answer = mo.post(f"{LADDERS}/cluj/engagement", data=fields)
    assert (answer.status_code, 'id="rungs.1.after_s-fault"' in answer.text) == (422, True)


def test_a_ladder_of_another_area_is_not_hers(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    fields = typed(mo, "high_risk")
    answer = mo.post(f"{LADDERS}/perugia/high_risk", data=fields)
    assert answer.status_code == 403
    assert mo.post(f"{LADDERS}/cluj/nothing", data=fields).status_code == 404


def test_a_part_that_is_silent_is_told_of(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    calls.stack.stop("notifications")
    for path in (FIGURES, LADDERS):
        assert mo.get(path).status_code == 503
    page = words(mo, "/account/notifications")
    assert "Your choices cannot be shown just now." in page
    silent = calls.portal.visitor().get("/a/" + "A" * 40)
    assert silent.status_code == 503
    assert silent.headers["referrer-policy"] == "no-referrer"
    calls.stack.start("notifications")
    until(lambda: mo.get(FIGURES).status_code == 200, within=20)
