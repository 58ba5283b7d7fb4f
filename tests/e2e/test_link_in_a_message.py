"""The link of a message in a real browser, which keeps the address of the page to itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.people import make_people
from tests.e2e.visitor import PHONE, House
from tests.integration.portal.door import Portal, person
from tests.integration.portal.messages import House as Calls
from tests.integration.portal.messages import house as calling

PEOPLE = {"people": [person("ana", "practitioner"), person("mo", "manager")]}


@pytest.fixture(scope="module")
def calls(stack: Any, mongo: Any, broker: Any) -> Iterator[Calls]:
    """The portal and notifications, with a box for mail."""
    make_people(mongo, PEOPLE)
    with calling(Portal(stack.start("portal"), {}), stack, broker) as opened:
        yield opened


@pytest.fixture(scope="module")
def house(calls: Calls) -> House:
    """Where the browser goes."""
    return House(calls.portal.url)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_one_press_on_a_telephone_takes_an_alert_on(
    calls: Calls, visit: Any, scripts: bool
) -> None:
    path = calls.link("ana", calls.alert())
    visitor = visit(screen=PHONE, scripts=scripts)
    visitor.page.goto(path)
    visitor.page.get_by_role("button", name="I take this on").click()
    expect(visitor.page.get_by_role("status")).to_contain_text("You have taken this on.")
    visitor.page.reload()
    expect(visitor.page.get_by_role("status")).to_contain_text("You have taken this on.")


def test_who_is_signed_in_as_somebody_else_still_answers_for_her(calls: Calls, visit: Any) -> None:
    reference = calls.alert()
    path = calls.link("ana", reference)
    page = visit("mo", screen=PHONE).page
    page.goto(path)
    page.get_by_role("button", name="I take this on").click()
    expect(page.get_by_role("status")).to_contain_text("You have taken this on.")
    page.goto(f"/alerts/{reference}")
    expect(page.get_by_role("main")).to_contain_text("Acknowledged by Ana")


def test_the_way_to_the_details_leads_over_the_sign_in(calls: Calls, visit: Any) -> None:
    reference = calls.alert()
    path = calls.link("ana", reference)
    page = visit(screen=PHONE).page
    page.goto(path)
    page.get_by_role("link", name="Sign in for the details").click()
    page.fill("#email", "ana@example.org")
    page.fill("#password", "a long enough password")
    page.click("main .govuk-button")
    expect(page).to_have_url(f"{calls.portal.url}/alerts/{reference}")
