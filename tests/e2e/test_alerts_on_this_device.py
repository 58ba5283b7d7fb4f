"""Notices on a device: a browser is added by one press, and shows what a push service brings.

Only the push service is missing, which is on the internet: `PushManager` gives what one would.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import expect

from tests.e2e.people import make_people
from tests.e2e.visitor import DESK, PHONE, House, Visitor
from tests.integration.portal.door import Portal, person
from tests.integration.portal.messages import House as Calls
from tests.integration.portal.messages import house as calling
from tests.support.providers import Providers
from tests.support.ways import Browser, push

HERE = "/account/notifications"
WORKER = "/static/js/alert-worker.js"
BUTTON = "Alert me on this device"
PEOPLE = {"people": [person("ana", "practitioner"), person("mo", "manager")]}
GIVING = """
const given = %s;
const read = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")),
                                       (letter) => letter.charCodeAt(0)).buffer;
PushManager.prototype.subscribe = async (options) => {
  localStorage.setItem("key", options.applicationServerKey);
  return given;
};
PushManager.prototype.getSubscription = async () => {
  const key = localStorage.getItem("key");
  return key && { ...given, options: { applicationServerKey: read(key) } };
};
"""
REFUSING = """
PushManager.prototype.subscribe = async () => { throw new DOMException("no", "AbortError"); };
"""
SHOWN = f"""async () => {{
  const registration = await navigator.serviceWorker.getRegistration("{WORKER}");
  const found = await registration.getNotifications();
  return found.map((one) => [one.title, one.body, new URL(one.data.link, location.href).pathname]);
}}"""
RENEWING = """async ([given, old]) => {
  PushManager.prototype.subscribe = async () => JSON.parse(given);
  const event = new Event("pushsubscriptionchange");
  event.oldSubscription = old && { endpoint: old };
  let done = null;
  event.waitUntil = (promise) => { done = promise; };
  self.dispatchEvent(event);
  await done;
}"""


@pytest.fixture(scope="module")
def calls(
    stack: Any, mongo: Any, broker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Calls]:
    """The portal and notifications, which has a key for browsers."""
    make_people(mongo, PEOPLE)
    key = Browser(ec.generate_private_key(ec.SECP256R1()))
    with Providers() as providers:
        settings = push(tmp_path_factory.mktemp("push"), providers, key).settings
        portal = Portal(stack.start("portal"), {})
        with calling(portal, stack, broker, **settings) as opened:
            yield opened


@pytest.fixture(scope="module")
def house(calls: Calls) -> House:
    """Where the browser goes."""
    return House(calls.portal.url)


def subscription(name: str) -> str:
    key = Browser(ec.generate_private_key(ec.SECP256R1()))
    return key.subscription(f"https://push.example/{name}")


def at_a_browser(visit: Any, script: str, name: str = "ana") -> Visitor:
    """Return somebody whose browser may show notices, and has this for a push service."""
    visitor: Visitor = visit(name, screen=PHONE)
    visitor.context.grant_permissions(["notifications"])
    visitor.page.add_init_script(script)
    visitor.page.goto(HERE)
    return visitor


def devices(calls: Calls, name: str) -> list[dict[str, Any]]:
    own = calls.portal.signed_in(name).get("/api/v1/responders/me").json()
    return [each for each in own["methods"] if each["channel"] == "push"]


def addresses(calls: Calls, name: str) -> list[str]:
    return [each["address"] for each in devices(calls, name)]


def with_device(calls: Calls, visit: Any, given: str) -> Visitor:
    """Return Ana at a browser that has just been added, and nothing else of hers."""
    web = calls.portal.signed_in("ana")
    assert web.post(f"{HERE}/methods", data={"account": "account"}).status_code == 303
    visitor = at_a_browser(visit, GIVING % given)
    visitor.page.get_by_role("button", name=BUTTON).click()
    expect(visitor.page.get_by_text("Alerts show on this device.")).to_be_visible()
    visitor.page.wait_for_function(f"() => caches.match('{HERE}/this-device')")
    return visitor


def renewed(visitor: Visitor, given: str, old: str | None = None) -> list[list[str]]:
    """Have the browser renew its subscription; return the notices that it shows then."""
    (worker,) = visitor.context.service_workers
    worker.evaluate(RENEWING, [given, old])
    shown: list[list[str]] = visitor.page.evaluate(SHOWN)
    return shown


def test_one_press_adds_a_device_and_another_removes_it(calls: Calls, visit: Any) -> None:
    given = subscription("ana")
    page = at_a_browser(visit, GIVING % given).page
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_text("Alerts show on this device.")).to_be_visible()
    expect(page.get_by_role("button", name=BUTTON)).to_be_hidden()
    row = page.locator("[data-endpoint]")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("push.example This device")
    assert [json.loads(each) for each in addresses(calls, "ana")] == [json.loads(given)]
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name=BUTTON)).to_be_visible()
    assert addresses(calls, "ana") == []


def test_a_device_is_there_once(calls: Calls) -> None:
    web, given = calls.portal.signed_in("mo"), subscription("mo")
    for each in (given, subscription("other"), given, subscription("mo")):
        assert web.post(f"{HERE}/devices", data={"subscription": each}).status_code == 303
    found = [json.loads(each)["endpoint"] for each in addresses(calls, "mo")]
    assert found == ["https://push.example/other", "https://push.example/mo"]


@pytest.mark.parametrize(
    "given", ["", "[]", "null", '{"endpoint": 7}', '{"endpoint": "https://["}']
)
def test_what_is_no_subscription_is_told(calls: Calls, given: str) -> None:
    web = calls.portal.signed_in("ana")
    answer = web.post(f"{HERE}/devices", data={"subscription": given})
    assert answer.status_code == 422
    assert "This browser gave nothing by which it can be reached" in answer.text
    assert addresses(calls, "ana") == []


def test_a_browser_without_its_push_service_says_so(visit: Any) -> None:
    page = at_a_browser(visit, REFUSING).page
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_text("This device could not be added.")).to_be_visible()
    expect(page.get_by_role("button", name=BUTTON)).to_be_enabled()


def test_a_browser_that_blocks_notices_says_so(visit: Any) -> None:
    visitor = visit("ana")
    visitor.context.grant_permissions([])
    visitor.page.goto(HERE)
    expect(visitor.page.get_by_text("Notices of this site are blocked")).to_be_visible()
    expect(visitor.page.get_by_role("button", name=BUTTON)).to_be_hidden()


@pytest.mark.parametrize("scripts", [True, False], ids=["unable", "no-scripts"])
def test_a_browser_that_cannot_says_so(visit: Any, scripts: bool) -> None:
    visitor = visit("ana", scripts=scripts)
    visitor.page.add_init_script("delete window.PushManager;")
    visitor.page.goto(HERE)
    expect(visitor.page.get_by_text("This browser cannot show alerts")).to_be_visible()
    expect(visitor.page.get_by_role("button", name=BUTTON)).to_be_hidden()


def test_a_device_shows_what_is_sent_and_no_more(calls: Calls, visit: Any) -> None:
    page = at_a_browser(visit, GIVING % subscription("shown")).page
    page.get_by_role("button", name=BUTTON).click()
    expect(page.get_by_text("Alerts show on this device.")).to_be_visible()
    link = f"{calls.portal.url}/a/{'x' * 40}"
    told = {"id": "1", "title": "High risk: A-1234-5678", "link": link, "body": "not to be shown"}
    away = {"id": "2", "title": "Elsewhere", "link": "https://elsewhere.example/a"}
    _bring(page, calls.portal.url, json.dumps(told), json.dumps(away), "{", "")
    page.wait_for_function(f"async () => (await ({SHOWN})()).length === 4")
    assert sorted(page.evaluate(SHOWN)) == [
        ["Elsewhere", "", "/inbox"],
        ["High risk: A-1234-5678", "", f"/a/{'x' * 40}"],
        ["Turning the Page", "", "/inbox"],
        ["Turning the Page", "", "/inbox"],
    ]


@pytest.mark.parametrize("told", [True, False], ids=["told", "untold"])
def test_a_browser_that_renews_its_subscription_goes_on_to_be_told(
    calls: Calls, visit: Any, told: bool
) -> None:
    first, second, third = (subscription(name) for name in ("first", "second", "third"))
    visitor = with_device(calls, visit, first)
    known = devices(calls, "ana")
    for old, new in ((first, second), (second, third)):
        assert renewed(visitor, new, json.loads(old)["endpoint"] if told else None) == []
    (found,) = devices(calls, "ana")
    assert json.loads(found["address"]) == json.loads(third)
    assert [found["id"]] == [each["id"] for each in known]


@pytest.mark.parametrize("who", [None, "mo"], ids=["nobody", "another"])
def test_a_browser_whose_owner_is_not_signed_in_leads_her_to_the_button(
    calls: Calls, visit: Any, who: str | None
) -> None:
    visitor = with_device(calls, visit, subscription("hers"))
    before = {name: addresses(calls, name) for name in ("ana", "mo")}
    visitor.context.clear_cookies()
    if who:
        visitor.sign_in(who)
        visitor.page.goto(HERE)
    assert renewed(visitor, subscription("new")) == [["Turning the Page", "", HERE]]
    assert {name: addresses(calls, name) for name in ("ana", "mo")} == before


def test_a_renewal_needs_the_token_of_the_session_and_a_subscription(calls: Calls) -> None:
    web, given = calls.portal.signed_in("ana"), subscription("of-hers")
    assert web.post(f"{HERE}/devices", data={"subscription": given}).status_code == 303
    before, old = addresses(calls, "ana"), json.loads(given)["endpoint"]
    told = {"old": old, "subscription": subscription("new")}
    for wrong, status in (({"old": ""}, 404), ({"subscription": "[]"}, 422)):
        assert web.post(f"{HERE}/renewal", data=told | wrong).status_code == status
    del web.headers["X-CSRF-Token"]
    assert web.post(f"{HERE}/renewal", data=told).status_code == 403
    assert addresses(calls, "ana") == before
    visitor = calls.portal.visitor()
    assert visitor.get(f"{HERE}/renewal").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_with_its_button_is_within_reach(visit: Any, screen: dict[str, int]) -> None:
    visitor = at_a_browser(visit, REFUSING)
    visitor.page.set_viewport_size({"width": screen["width"], "height": screen["height"]})
    expect(visitor.page.get_by_role("button", name=BUTTON)).to_be_visible()
    assert visitor.faults() == []
    assert visitor.overflow() <= 0


def _bring(page: Any, origin: str, *messages: str) -> None:
    """Have the browser deliver messages to our worker, as its push service would."""
    known: list[str] = []

    def note(told: dict[str, Any]) -> None:
        known.extend(one["registrationId"] for one in told["registrations"] if not one["isDeleted"])

    session = page.context.new_cdp_session(page)
    session.on("ServiceWorker.workerRegistrationUpdated", note)
    session.send("ServiceWorker.enable")
    page.wait_for_function("() => true")
    for message in messages:
        session.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": origin, "registrationId": known[-1], "data": message},
        )
