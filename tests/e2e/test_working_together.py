"""Several people at once: who has an alert, and who has a case, is seen by all of them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.referring import Told, tell
from tests.e2e.visitor import House, Visitor


@pytest.fixture(scope="module")
def told(browser: Browser, house: House) -> Told:
    """One woman who has been referred at high risk."""
    return tell(lambda name: Visitor.arrive(browser, house, name), "Emilia")


def test_a_manager_allocates_a_case(visit: Any, told: Told) -> None:
    page = visit("mo").page
    page.goto(f"/cases/{told.case}")
    page.get_by_label("Give it to").select_option("Lea")
    page.get_by_role("button", name="Allocate").click()
    expect(page.locator(".case__side")).to_contain_text("Lea")
    page = visit("lea").page
    page.goto("/cases")
    expect(page.locator(".rows__name")).to_have_text(told.case)


def test_a_referral_is_accepted_or_declined_with_a_reason(visit: Any, told: Told) -> None:
    page = visit("mo").page
    page.goto(f"/referrals/{told.referral}")
    page.get_by_label("Decline").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Reason")
    page.get_by_label("Accept").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".facts")).to_contain_text("Accepted")


def test_an_acknowledgement_is_seen_at_once_in_the_inbox_of_a_colleague(
    visit: Any, told: Told
) -> None:
    lea, mo = visit("lea").page, visit("mo").page
    for page in (lea, mo):
        page.goto("/inbox")
        expect(page.locator("[data-connection]")).to_have_attribute("data-state", "live")
    lea.locator(f"#alert-{told.alert}").get_by_role("button", name="Acknowledge").click()
    expect(mo.locator(f"#alert-{told.alert}")).to_contain_text("Acknowledged by Lea")
    expect(lea.locator(":focus")).to_have_text(told.alert)


def test_who_comes_second_is_told_that_a_colleague_has_the_alert(visit: Any, told: Told) -> None:
    page = visit("mo").page
    page.goto("/inbox")
    token = page.locator('input[name="csrf"]').first.input_value()
    path = f"/alerts/{told.alert}/acknowledgements"
    answer = page.request.post(path, form={"csrf": token})
    assert answer.status == 409
    assert "A colleague has taken this alert on already." in answer.text().replace("\u2019", "'")


def test_an_alert_ends_with_an_outcome_after_an_action(visit: Any, told: Told) -> None:
    page = visit("lea").page
    page.goto(f"/alerts/{told.alert}")
    page.get_by_label("Steps taken to protect her").check()
    page.get_by_role("button", name="End the alert").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("Record what was done")
    page.get_by_role("button", name="Safety plan made or reviewed").click()
    page.get_by_label("Steps taken to protect her").check()
    page.get_by_role("button", name="End the alert").click()
    expect(page.locator(".alert__standing")).to_contain_text("Ended: Steps taken to protect her")
    page.goto("/inbox")
    expect(page.get_by_text("There are no open alerts for you.")).to_be_visible()


def test_a_judgement_by_hand_is_shown_beside_the_answers(visit: Any, told: Told) -> None:
    page = visit("lea").page
    page.goto(f"/cases/{told.case}/assessments/new")
    page.get_by_label("High").check()
    page.fill('[name="professional_judgement.concern"]', "He has found her address.")
    page.fill('[name="professional_judgement.rationale"]', "She is certain that he will come.")
    page.get_by_role("button", name="Assess").click()
    expect(page.locator(".half").first).to_contain_text("He has found her address.")


def test_a_case_is_closed_with_what_became_of_each_aim(visit: Any, told: Told) -> None:
    page = visit("lea").page
    page.goto(f"/cases/{told.case}/closure")
    page.get_by_role("button", name="Close the case").click()
    expect(page.locator(".govuk-error-summary a")).to_have_count(4)
    for aim in ("violence_ended", "stability_increased", "no_further_removal", "child_returned"):
        page.check(f'[name="outcomes.{aim}"][value="partly"]')
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_role("heading", name="How the work ended")).to_be_visible()
    expect(page.get_by_role("link", name="Record a session")).to_have_count(0)
