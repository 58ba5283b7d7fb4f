"""From a referral to a session beside her: one journey through everything, in real browsers."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.referring import choose, fill_in_referral, send
from tests.e2e.visitor import PHONE

ALERT_WITHIN_MS = 1_000


def test_a_referral_becomes_an_alert_then_an_action_then_a_session_that_is_scored_again(
    visit: Any,
) -> None:
    practitioner, agency = visit("lea", screen=PHONE).page, visit("officer").page
    open_inbox(practitioner)
    fill_in_referral(agency)
    send(agency)
    expect(agency.get_by_role("heading", name="Referral received")).to_be_visible()

    card = practitioner.locator(".card")
    expect(card).to_be_visible(timeout=ALERT_WITHIN_MS)
    expect(card).to_contain_text("15 to 24 answered yes")
    assert practitioner.title().startswith("(1)")
    assert practitioner.evaluate("window.isTheSamePage")

    acknowledge_and_act(practitioner)
    record_a_disclosure(practitioner)
    see_it_scored_again(practitioner)
    see_what_became_of_it(agency)


def open_inbox(page: Page) -> None:
    page.goto("/inbox")
    expect(page.locator("[data-connection]")).to_have_attribute("data-state", "live")
    expect(page.get_by_text("There are no open alerts for you.")).to_be_visible()
    page.evaluate("window.isTheSamePage = true")


def acknowledge_and_act(page: Page) -> None:
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".card")).to_contain_text("You acknowledged this at")
    assert page.evaluate("window.isTheSamePage")
    page.locator(".card__title a").click()
    expect(page.locator("#why-title")).to_be_visible()
    expect(page.locator(".halves")).to_contain_text("15 to 24 of 24")
    page.get_by_role("button", name="Police told").click()
    expect(page.locator(".alert__standing")).to_contain_text("Police told: Lea")


def record_a_disclosure(page: Page) -> None:
    page.get_by_role("link", name="Open the case").click()
    expect(page.locator(".contact__title")).to_have_text("Telephone her")
    expect(page.get_by_text("Do not leave a voice message")).to_be_visible()
    page.get_by_role("link", name="Record a session").click()
    choose(page, "attendance", "attended")
    choose(page, "approaches", "solution_focused")
    page.fill('[name="notes"]', "We walked in the park.")
    page.get_by_text("She told of something that bears on the risk").click()
    choose(page, "disclosures.strangulation", "yes")
    send(page)
    expect(page.get_by_text("The session is on the file.")).to_be_visible()


def see_it_scored_again(page: Page) -> None:
    risk = page.locator("#assessment")
    expect(risk).to_contain_text("16 to 24 of 24")
    expect(risk).to_contain_text(re.compile("suffocated or drowned: Don.t know → Yes"))


def see_what_became_of_it(page: Page) -> None:
    page.goto("/referrals")
    page.locator(".rows__name").first.click()
    expect(page.locator("main")).to_contain_text("Received")
    assert "Amelia" not in page.content()
