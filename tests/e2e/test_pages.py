"""Every page, on a telephone and at a desk: within reach of everybody, and without a fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.referring import Told, tell
from tests.e2e.visitor import DESK, PHONE, House, Visitor

PAGES = (
    (None, "/sign-in"),
    ("officer", "/refer"),
    ("officer", "/referrals"),
    ("officer", "/referrals/{referral}"),
    ("lea", "/inbox"),
    ("lea", "/alerts/{alert}"),
    ("lea", "/cases?whose=all"),
    ("lea", "/cases/{case}"),
    ("lea", "/cases/{case}/sessions/new"),
    ("lea", "/cases/{case}/assessments/new"),
    ("lea", "/referrals/{referral}"),
    ("mo", "/cases/{case}"),
    ("lea", "/account"),
    ("lea", "/nothing-here"),
    ("olga", "/cases"),
)
LANGUAGES = {"en": "Alerts", "ro": "Alerte", "it": "Allarmi", "hu": "Riasztások"}


@pytest.fixture(scope="module")
def told(browser: Browser, house: House) -> Told:
    """One woman who has been referred at high risk."""

    def visiting(name: str) -> Visitor:
        return Visitor.arrive(browser, house, name)

    return tell(visiting, "Amelia")


@pytest.fixture(scope="module")
def signed_in() -> Iterator[dict[Any, Any]]:
    """Return who has signed in already, by name and width of screen."""
    known: dict[Any, Visitor] = {}
    yield known
    for visitor in known.values():
        visitor.leave()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize(("name", "path"), PAGES, ids=str)
def test_a_page_is_within_reach_of_everybody(
    browser: Browser,
    house: House,
    told: Told,
    signed_in: dict[Any, Visitor],
    name: str | None,
    path: str,
    screen: dict[str, int],
) -> None:
    key = (name, screen["width"])
    if key not in signed_in:
        signed_in[key] = Visitor.arrive(browser, house, name, screen=screen)
    visitor = signed_in[key]
    address = path.format(referral=told.referral, case=told.case, alert=told.alert)
    visitor.page.goto(address)
    assert visitor.faults() == []
    assert visitor.overflow() <= 0
    assert visitor.complaints == []
    assert "Amelia" not in visitor.page.title() + visitor.page.url


@pytest.mark.parametrize(("language", "heading"), LANGUAGES.items())
def test_a_page_speaks_the_language_of_the_browser_then_that_of_the_person(
    visit: Any, told: Told, language: str, heading: str
) -> None:
    page = visit(locale=language).page
    page.goto("/sign-in")
    assert page.locator("html").get_attribute("lang") == language
    visitor = visit("lea", screen=PHONE)
    page = visitor.page
    page.click(f'.foot__language[value="{language}"]')
    expect(page.locator("html")).to_have_attribute("lang", language)
    page.goto("/inbox")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    for path in ("/refer", f"/alerts/{told.alert}", f"/cases/{told.case}"):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == language
        assert visitor.overflow() <= 0
    page.click('.foot__language[value="en"]')
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_keyboard_reaches_the_content_at_once(visit: Any) -> None:
    page = visit("lea").page
    page.goto("/cases")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_attribute("id", "main")
