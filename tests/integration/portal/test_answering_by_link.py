"""The link in a message: one press takes an alert on, to look changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.integration.portal.door import Portal
from tests.integration.portal.messages import House, house, press
from tests.support import until

UNKNOWN = "/a/" + "A" * 40


@pytest.fixture(scope="module")
def calls(portal: Portal, stack: Any, broker: Any) -> Iterator[House]:
    """The portal and notifications at their most talkative, with a box for mail."""
    with house(portal, stack, broker, LOG_LEVEL="DEBUG") as opened:
        yield opened


def api(calls: House, name: str, reference: str) -> dict[str, Any]:
    found: dict[str, Any] = calls.portal.signed_in(name).get(f"/api/v1/alerts/{reference}").json()
    return found


def test_one_press_takes_the_alert_on(calls: House) -> None:
    reference = calls.alert()
    path = calls.link("ana", reference)
    web, page = calls.opened(path)
    assert "Hello Ana" in page
    assert reference in page
    assert "High risk" in page
    assert "C-" not in page.replace("csrf", "")
    assert api(calls, "mo", reference)["responder_id"] is None
    answer = press(web, path, page)
    assert (answer.status_code, "You have taken this on." in answer.text) == (200, True)
    known = api(calls, "mo", reference)
    assert (known["responder_id"], known["state"]) == ("ana", "acknowledged")
    again = calls.opened(path)[1]
    assert "You have taken this on." in again
    assert "<form" not in again


def test_to_look_changes_nothing_however_often(calls: House) -> None:
    reference = calls.alert()
    path = calls.link("ana", reference)
    before = api(calls, "mo", reference)["history"]
    visitor = calls.portal.visitor()
    for method in ("GET", "HEAD", "GET"):
        assert visitor.request(method, path).status_code == 200
    known = api(calls, "mo", reference)
    assert known["responder_id"] is None
    assert [each for each in known["history"] if each["what"] == "acknowledged"] == []
    assert len(known["history"]) >= len(before)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_page_is_kept_by_nobody_and_leads_nobody_back(calls: House, method: str) -> None:
    for path, status in ((calls.link("ana", calls.alert()), 200), (UNKNOWN, 404)):
        answer = calls.portal.visitor().request(method, path)
        assert answer.status_code == status
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]


def test_the_page_speaks_her_language_whoever_else_uses_the_browser(calls: House) -> None:
    calls.portal.signed_in("lea").post("/language", data={"language": "hu"})
    path = calls.link("lea", calls.alert("london-rbkc", "lea"))
    ion = calls.portal.signed_in("ion")

    def in_hungarian() -> Any:
        page = ion.get(path, headers={"Accept-Language": "it"}).text
        return '<html lang="hu"' in page and page

    page = until(in_hungarian, within=20)
    assert "Lea" in page
    assert "Ion" not in page
    assert ion.headers["X-CSRF-Token"] not in page


def test_a_colleague_who_was_faster_is_told_of(calls: House) -> None:
    reference = calls.alert()
    path = calls.link("ana", reference)
    web, page = calls.opened(path)
    mo = calls.portal.signed_in("mo")
    assert mo.post(f"/api/v1/alerts/{reference}/acknowledgements", json={}).status_code == 200
    answer = press(web, path, page)
    assert (answer.status_code, "A colleague has taken this on." in answer.text) == (409, True)
    assert "A colleague has taken this on." in calls.opened(path)[1]
    assert api(calls, "mo", reference)["responder_id"] == "mo"


def test_an_alert_that_has_ended_is_told_of(calls: House) -> None:
    reference = calls.alert()
    path = calls.link("ana", reference)
    web, page = calls.opened(path)
    mo = calls.portal.signed_in("mo")
    assert mo.post(f"/api/v1/alerts/{reference}/acknowledgements", json={}).status_code == 200
    ended = mo.post(f"/api/v1/alerts/{reference}/resolution", json={"outcome": "opened_in_error"})
    assert ended.status_code == 200, ended.text
    answer = press(web, path, page)
    assert (answer.status_code, "This alert has ended." in answer.text) == (409, True)
    assert "This alert has ended." in calls.opened(path)[1]


def test_a_later_call_takes_the_place_of_the_link(calls: House) -> None:
    reference = calls.alert()
    path = calls.link("ana", reference)
    web, page = calls.opened(path)
    mo = calls.portal.signed_in("mo")
    assert mo.post(f"/api/v1/alerts/{reference}/acknowledgements", json={}).status_code == 200
    handed = mo.post(f"/api/v1/alerts/{reference}/handover", json={"to": "ana"})
    assert handed.status_code == 200, handed.text
    answer = press(web, path, page)
    assert (answer.status_code, "This link is over" in answer.text) == (410, True)
    assert "This link is over" in calls.opened(path)[1]
    latest = calls.links("ana", reference, 2)[-1]
    assert "You have taken this on." in calls.answered(latest).text


@pytest.mark.parametrize("path", [UNKNOWN, "/a/short", "/a/" + "-" * 4000, "/a/%2e%2e"])
def test_a_link_that_was_never_sent_is_told_of_kindly(calls: House, path: str) -> None:
    visitor = calls.portal.visitor()
    for answer in (visitor.get(path), visitor.post(path, data={"proof": "x"})):
        assert answer.status_code == 404
        assert "This link is not complete" in answer.text
        assert 'href="/inbox"' in answer.text


def test_a_changed_link_is_no_link(calls: House) -> None:
    path = calls.link("ana", calls.alert())
    other = path[:-1] + ("A" if path[-1] != "A" else "B")
    known, changed = calls.portal.visitor().get(path), calls.portal.visitor().get(other)
    assert (known.status_code, changed.status_code) == (200, 404)


def test_a_test_message_says_that_it_works(calls: House) -> None:
    ana = calls.portal.signed_in("ana")
    sent = ana.post("/account/notifications/tests")
    assert sent.status_code == 303
    assert "sent=1" in sent.headers["location"]
    path = calls.link("ana", "Test")
    assert "A test message" in calls.opened(path)[1]
    answer = calls.answered(path)
    assert (answer.status_code, "This works" in answer.text) == (200, True)
    assert "Answered by its link" in ana.get("/account/notifications").text


def test_who_was_sent_here_by_another_page_presses_in_vain(calls: House) -> None:
    reference = calls.alert()
    path = calls.link("ana", reference)
    web, page = calls.opened(path)
    foreign = calls.portal.visitor()
    bare = foreign.post(path, data={"proof": "0" * 64}, headers={"Origin": "null"})
    assert (bare.status_code, "press the button once more" in bare.text) == (403, True)
    other = web.post(path, data={"proof": _proof(page)}, headers={"Origin": "https://evil.example"})
    assert other.status_code == 403
    assert api(calls, "mo", reference)["responder_id"] is None
    assert "You have taken this on." in press(foreign, path, bare.text).text


def test_the_cookie_stays_with_our_own_pages(calls: House) -> None:
    answer = calls.portal.visitor().get(calls.link("ana", calls.alert()))
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=strict", "path=/a/", "max-age"))


def test_a_link_is_in_no_log_and_no_label(calls: House) -> None:
    path = calls.link("ana", calls.alert())
    calls.answered(path)
    calls.portal.visitor().get(f"{path}x?y={path}")
    token = path.removeprefix("/a/")
    for name in ("portal", "notifications"):
        measured = httpx.get(f"{calls.stack.url(name)}/metrics").text
        assert token not in measured
        assert token not in calls.stack.log(name)
        assert token[:20] not in calls.stack.log(name)
    assert '"/a/{token}"' in httpx.get(f"{calls.portal.url}/metrics").text


def _proof(page: str) -> str:
    found = re.search(r'name="proof" value="([^"]+)"', page)
    assert found is not None
    return found[1]
