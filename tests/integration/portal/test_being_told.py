"""Pages about being told: my notifications, handing an alert over, who was told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.portal.door import Portal
from tests.integration.portal.messages import House, house
from tests.support import until

HERE = "/account/notifications"
PHONE = "+40700000001"
QUIET = {"medium": "digest", "digest_at": "09:15", "quiet_from": "21:00", "quiet_until": "06:30"}


@pytest.fixture(scope="module")
def calls(portal: Portal, stack: Any, broker: Any) -> Iterator[House]:
    """The portal and notifications, with a box for mail."""
    with house(portal, stack, broker) as opened:
        yield opened


def own(web: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = web.get("/api/v1/responders/me").json()
    return found


def addresses(web: httpx.Client) -> list[str]:
    return [each["address"] for each in own(web)["methods"]]


def typed(web: httpx.Client) -> dict[str, str]:
    """Return the fields of the form of ways as the page shows them."""
    page = web.get(HERE).text
    form = page[page.index('action="/account/notifications/methods"') :].partition("</form>")[0]
    found = {}
    for tag in re.findall(r"<input[^>]+>", form):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if told.get("type") != "checkbox" or " checked" in tag:
            found[told["name"]] = told["value"]
    return found


def test_somebody_adds_changes_and_removes_a_way(calls: House) -> None:
    ana = calls.portal.signed_in("ana")
    assert "ana@example.org" in ana.get(HERE).text
    fields = typed(ana) | {"methods.1.channel": "sms", "methods.1.address": "+40 700 000 001"}
    answer = ana.post(f"{HERE}/methods", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}?done=methods")
    assert "That is kept." in ana.get(answer.headers["location"]).text
    assert addresses(ana) == ["ana@example.org", PHONE]
    fields = typed(ana) | {"methods.1.address": "+40700000002"}
    assert ana.post(f"{HERE}/methods", data=fields).status_code == 303
    assert addresses(ana) == ["ana@example.org", "+40700000002"]
    assert ana.post(f"{HERE}/methods", data=typed(ana) | {"remove": "1"}).status_code == 303
    assert addresses(ana) == ["ana@example.org"]


def test_an_address_that_cannot_be_is_shown_where_it_was_typed(calls: House) -> None:
    ana = calls.portal.signed_in("ana")
    fields = typed(ana) | {"methods.1.channel": "sms", "methods.1.address": "call me"}
    answer = ana.post(f"{HERE}/methods", data=fields)
    assert answer.status_code == 422
    assert 'value="call me"' in answer.text
    assert 'id="methods.1.address-fault"' in answer.text
    assert 'href="#methods.1.address"' in answer.text
    assert addresses(ana) == ["ana@example.org"]


def test_the_last_way_stays(calls: House) -> None:
    ana = calls.portal.signed_in("ana")
    answer = ana.post(f"{HERE}/methods", data={})
    assert answer.status_code == 422
    assert "Keep 1 to 10 ways" in answer.text
    assert addresses(ana) == ["ana@example.org"]


def test_somebody_chooses_when_and_is_told_that_high_risk_ignores_it(calls: House) -> None:
    ana = calls.portal.signed_in("ana")
    assert "High risk ignores all of this" in ana.get(HERE).text
    answer = ana.post(f"{HERE}/preferences", data=QUIET)
    assert answer.status_code == 303
    assert own(ana)["preferences"] == QUIET
    page = ana.get(HERE).text
    assert all(f'value="{time}"' in page for time in ("09:15", "21:00", "06:30"))


def test_a_time_that_cannot_be_is_shown_where_it_was_typed(calls: House) -> None:
    ana = calls.portal.signed_in("ana")
    before = own(ana)["preferences"]
    answer = ana.post(f"{HERE}/preferences", data=QUIET | {"digest_at": "25:99"})
    assert answer.status_code == 422
    assert 'id="digest_at-fault"' in answer.text
    assert own(ana)["preferences"] == before


def test_what_was_sent_is_listed_for_her_alone(calls: House) -> None:
    reference = calls.alert()
    calls.link("ana", reference)
    ana, mo = calls.portal.signed_in("ana"), calls.portal.signed_in("mo")
    until(lambda: f"/alerts/{reference}" in ana.get(HERE).text)
    assert "Sent" in ana.get(HERE).text
    assert reference not in mo.get(HERE).text


@pytest.mark.parametrize("name", ["officer", "olga"])
def test_only_who_is_called_has_this_page(calls: House, name: str) -> None:
    web = calls.portal.signed_in(name)
    assert web.get(HERE).status_code == 403
    assert HERE not in web.get("/account").text
    assert HERE in calls.portal.signed_in("ana").get("/account").text


def test_managers_see_who_was_told_and_practitioners_do_not(calls: House) -> None:
    reference = calls.alert()
    calls.link("ana", reference)
    mo, ana = calls.portal.signed_in("mo"), calls.portal.signed_in("ana")
    told = until(lambda: _section(mo.get(f"/alerts/{reference}").text, "told-title"))
    assert "Ana" in told
    assert "E-mail" in told
    assert "example.org" not in told
    assert not _section(ana.get(f"/alerts/{reference}").text, "told-title")


def test_an_alert_is_handed_over_to_a_colleague_of_the_area(calls: House) -> None:
    reference = calls.alert()
    ana, mo = calls.portal.signed_in("ana"), calls.portal.signed_in("mo")
    path = f"/alerts/{reference}"
    assert not _section(ana.get(path).text, "hand-title")
    assert ana.post(f"{path}/acknowledgements").status_code == 303
    choices = _section(ana.get(path).text, "hand-title")
    assert 'value="mo"' in choices
    assert 'value="ana"' not in choices
    assert 'value="ion"' not in choices
    assert not _section(mo.get(path).text, "hand-title")
    answer = ana.post(f"{path}/handover", data={"to": "mo"})
    assert answer.status_code == 303
    assert "Your colleague is asked now." in ana.get(answer.headers["location"]).text
    page = mo.get(path).text
    assert "it was handed over" in page
    assert "Nobody has acknowledged this yet" in page
    assert "You have taken this on." in calls.answered(calls.link("mo", reference)).text


@pytest.mark.parametrize(
    ("to", "status", "said"),
    [("ion", 422, "Choose a colleague"), ("nobody", 422, "Choose a colleague"), ("", 422, "")],
)
def test_an_alert_is_not_handed_to_who_cannot_take_it(
    calls: House, to: str, status: int, said: str
) -> None:
    reference = calls.alert()
    ana, path = calls.portal.signed_in("ana"), f"/alerts/{reference}"
    assert ana.post(f"{path}/acknowledgements").status_code == 303
    answer = ana.post(f"{path}/handover", data={"to": to})
    assert answer.status_code == status
    assert said in answer.text
    assert ana.get(f"/api/v1{path}").json()["responder_id"] == "ana"


def test_who_does_not_have_an_alert_cannot_hand_it_over(calls: House) -> None:
    reference = calls.alert()
    ana, mo = calls.portal.signed_in("ana"), calls.portal.signed_in("mo")
    assert ana.post(f"/alerts/{reference}/acknowledgements").status_code == 303
    answer = mo.post(f"/alerts/{reference}/handover", data={"to": "mo"})
    assert (answer.status_code, "You do not have this alert" in answer.text) == (409, True)


def _section(page: str, title: str) -> str:
    """Return a part of a page by the id of its title, empty where it is not there."""
    _, found, rest = page.partition(f'aria-labelledby="{title}"')
    return rest.partition("</section>")[0] if found else ""
