"""The pages about being called, with much and with nothing on them: within reach of everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import make_people
from tests.e2e.visitor import DESK, PHONE, House, Visitor
from tests.integration.portal.door import Portal, person
from tests.integration.portal.messages import House as Calls
from tests.integration.portal.messages import house as calling
from tests.integration.portal.test_rota_pages import FIRST, plan, version

LONG = "Maria-Magdalena Constantinescu-Brâncoveanu von und zu Hohenstein"
PEOPLE = {
    "people": [
        person("ana", "practitioner"),
        person("eva", "practitioner") | {"display_name": LONG},
        person("mo", "manager"),
    ]
}
ROTA = "/team/rota/cluj"
SHORTEST = 44
SMALL = """least => [...document.querySelectorAll(
  "main button, main select, main summary, main .alone, nav a, header button, header .top__name"
)].filter((one) => one.checkVisibility() && one.offsetHeight && one.offsetHeight < least
  && !one.classList.contains("first-submit")).map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def calls(stack: Any, mongo: Any, broker: Any) -> Iterator[Calls]:
    """The portal and notifications, with one rota that has gaps."""
    make_people(mongo, PEOPLE)
    with calling(Portal(stack.start("portal"), {}), stack, broker) as opened:
        _make_rota(opened)
        yield opened


@pytest.fixture(scope="module")
def house(calls: Calls) -> House:
    """Where the browser goes."""
    return House(calls.portal.url)


def _make_rota(calls: Calls) -> None:
    mo, path = calls.portal.signed_in("mo"), f"{ROTA}/duty_manager"
    days = {f"{FIRST}.hours.0.days": "mon", f"{FIRST}.hours.0.from": "17:00"}
    people = {f"{FIRST}.people.1": "eva", "accept_gaps": "yes"}
    answer = mo.post(f"{path}/plan", data=plan(version(mo, path), **days, **people))
    assert answer.status_code == 303, answer.text


def judge(visitor: Visitor) -> None:
    """Fail where a page is out of somebody's reach."""
    where = visitor.page.url
    assert visitor.faults() == [], where
    assert visitor.overflow() <= 0, where
    assert visitor.page.evaluate(SMALL, SHORTEST) == [], where
    assert visitor.page.get_by_role("heading", level=1).count() == 1, where


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_link_is_within_reach_from_the_call_to_the_answer(
    calls: Calls, visit: Any, screen: dict[str, int]
) -> None:
    reference = calls.alert()
    visitor = visit(screen=screen)
    for path in ("/a/unknown", calls.link("ana", reference)):
        visitor.page.goto(path)
        judge(visitor)
    visitor.page.get_by_role("button", name="I take this on").click()
    judge(visitor)
    ana = visit("ana", screen=screen)
    ana.page.goto(f"/alerts/{reference}")
    judge(ana)
    ana.page.get_by_label("To", exact=True).select_option(LONG)
    ana.page.get_by_role("button", name="Hand over").click()
    expect(ana.page.get_by_text("Your colleague is asked now.")).to_be_visible()
    judge(ana)
    mo = visit("mo", screen=screen)
    mo.page.goto(f"/alerts/{reference}")
    expect(mo.page.get_by_role("heading", name="Who was told")).to_be_visible()
    judge(mo)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["en", "hu"])
def test_pages_of_calling_are_within_reach(
    visit: Any, screen: dict[str, int], language: str
) -> None:
    for name, paths in (
        ("ana", ("/account/notifications",)),
        ("mo", (f"{ROTA}/duty_manager", f"{ROTA}/manager", *TEAM)),
    ):
        visitor = visit(name, screen=screen)
        visitor.page.click(f'.foot__language[value="{language}"]')
        for path in paths:
            visitor.page.goto(path)
            expect(visitor.page.locator("html")).to_have_attribute("lang", language)
            _open(visitor.page)
            judge(visitor)
        visitor.page.click('.foot__language[value="en"]')


TEAM = ("/team/rota?area=cluj", "/team/figures?area=cluj", "/team/escalation?area=cluj")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_refused_forms_are_within_reach(visit: Any, screen: dict[str, int]) -> None:
    visitor = visit("mo", screen=screen)
    for path, form in (
        (f"{ROTA}/manager", "/plan"),
        (f"{ROTA}/duty_manager", "/overrides"),
        (f"{ROTA}/duty_manager", "/swaps"),
        (f"{ROTA}/duty_manager", "/calendar"),
        ("/team/escalation?area=cluj", "/high_risk"),
        ("/account/notifications", "/preferences"),
    ):
        visitor.page.goto(path)
        _open(visitor.page)
        _empty_and_send(visitor.page, f'main form[action$="{form}"]')
        faults = visitor.page.locator(".govuk-error-summary a")
        expect(faults.first).to_be_visible()
        for number in range(faults.count()):
            place = str(faults.nth(number).get_attribute("href"))[1:]
            assert visitor.page.locator(f'[id="{place}"]').count() == 1, (form, place)
        judge(visitor)


def _open(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def _empty_and_send(page: Page, form: str) -> None:
    empty = """form => form.querySelectorAll("input, select").forEach((one) => {
        if (!["hidden", "radio", "checkbox", "file"].includes(one.type)) one.value = "";
    })"""
    page.eval_on_selector(form, empty)
    with page.expect_navigation():
        page.click(f"{form} button.govuk-button")
