"""What a page says when a part of the house does not answer: never nothing, never calm."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Browser, expect

from tests.e2e.referring import tell
from tests.e2e.visitor import House, Visitor

SLOW_MS = 30_000


def test_a_page_that_is_not_live_says_so_and_comes_back_by_itself(stack: Any, visit: Any) -> None:
    page = visit("lea").page
    page.goto("/inbox")
    connection = page.locator("[data-connection]")
    expect(connection).to_have_attribute("data-state", "live")
    stack.stop("portal")
    expect(connection).to_contain_text("Reconnecting")
    assert page.title().startswith("⚠")
    stack.start("portal")
    expect(connection).to_have_attribute("data-state", "live", timeout=SLOW_MS)
    assert not page.title().startswith("⚠")


def test_a_list_that_cannot_be_renewed_is_not_passed_off_as_the_present_one(
    stack: Any, visit: Any
) -> None:
    page = visit("lea").page
    page.goto("/inbox")
    connection = page.locator("[data-connection]")
    expect(connection).to_have_attribute("data-state", "live")
    stack.stop("notifications")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(connection).to_contain_text("New alerts may not show here")
    expect(page.locator("#alerts")).to_be_visible()
    stack.start("notifications")
    expect(connection).to_have_attribute("data-state", "live", timeout=SLOW_MS)


def test_signing_out_elsewhere_is_seen_in_an_open_inbox(visit: Any) -> None:
    page = visit("lea").page
    page.goto("/inbox")
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "live")
    page.context.clear_cookies()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-connection]")).to_contain_text("you are signed out")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_case_is_shown_without_the_part_that_does_not_answer(
    browser: Browser, house: House, stack: Any, visit: Any
) -> None:
    told = tell(lambda name: Visitor.arrive(browser, house, name), "Dorothea")
    page = visit("lea").page
    stack.stop("risk")
    page.goto(f"/cases/{told.case}")
    expect(page.locator(".contact__title")).to_have_text("Telephone her")
    expect(page.locator("#assessment")).to_contain_text("That says nothing about the risk.")
    page.goto(f"/alerts/{told.alert}")
    expect(page.locator(".alert__why")).to_contain_text("Act on what is above.")
    expect(page.locator(".alert__why")).to_contain_text("15 to 24 answered yes")
    stack.start("risk")
    stack.stop("sessions")
    page.goto(f"/cases/{told.case}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dorothea Sampleford")
    expect(page.locator(".contact__title")).to_have_text("Telephone her")
    stack.start("sessions")


def test_an_inbox_that_cannot_be_read_is_an_error_with_a_number_and_not_an_empty_list(
    stack: Any, visit: Any
) -> None:
    page = visit("lea").page
    stack.stop("notifications")
    page.goto("/inbox")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "This part cannot be reached just now"
    )
    expect(page.locator(".trace")).to_have_text(re.compile(r"^[0-9a-f]{32}$"))
    stack.start("notifications")
