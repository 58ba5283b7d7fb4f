"""Forms: every fault at once and where it lies, nothing typed is lost, with or without scripts."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.e2e.referring import choose, fill_in_referral, send

WRONG = "not the password"
TRIES = 5
SENT_TWICE = """async () => {
  const body = new URLSearchParams(new FormData(document.querySelector("form.referral")));
  const send = async () => (await fetch("/refer", { method: "POST", body })).url;
  return [await send(), await send()];
}"""


def test_an_empty_referral_is_told_every_fault_and_each_leads_to_its_field(visit: Any) -> None:
    page = visit("officer").page
    page.goto("/refer")
    page.fill('[name="client.given_name"]', "Amelia")
    page.fill('[name="client.born_on.day"]', "31")
    page.fill('[name="client.born_on.month"]', "2")
    page.fill('[name="client.born_on.year"]', "1991")
    send(page)
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    for name in ("Family name", "Date of birth", "Which checklist was used", "Her consent"):
        expect(summary).to_contain_text(name)
    expect(page.locator('[name="client.given_name"]')).to_have_value("Amelia")
    expect(page.locator('[name="client.born_on.day"]')).to_have_value("31")
    summary.get_by_text("Family name").click()
    expect(page.locator('[name="client.family_name"]')).to_be_focused()
    assert page.title().startswith("Fault:")


def test_a_fault_in_a_group_leads_to_the_member_that_has_it(visit: Any) -> None:
    page = visit("officer").page
    fill_in_referral(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Add another child").click()
    page.fill('[name="children.1.given_name"]', "Mia")
    send(page)
    link = page.locator(".govuk-error-summary a")
    expect(link).to_have_text("Child 2: Where the child is: Choose one of the answers")
    link.click()
    expect(page.locator('[name="children.1.status"]')).to_be_focused()
    expect(page.locator('[name="children.0.given_name"]')).to_have_value("Leo")
    expect(page.locator('[name="answers.injury"][value="yes"]')).to_be_checked()


def test_the_same_form_sent_twice_is_one_referral(visit: Any) -> None:
    page = visit("officer").page
    fill_in_referral(page, "Berta", "Twicely")
    first, second = page.evaluate(SENT_TWICE)
    assert "/referrals/R-" in first
    assert first == second


def test_without_scripts_a_referral_is_sent_and_an_alert_acknowledged(visit: Any) -> None:
    agency = visit("officer", scripts=False).page
    fill_in_referral(agency, "Carla", "Plainly")
    send(agency)
    assert agency.get_by_role("heading", name="Referral received").is_visible()
    practitioner = visit("lea", scripts=False).page
    practitioner.goto("/inbox")
    practitioner.get_by_role("button", name="Acknowledge").first.click()
    expect(practitioner.locator(".alert__standing")).to_contain_text("You acknowledged this at")


def test_a_session_without_a_meeting_says_what_does_not_fit(visit: Any) -> None:
    page = visit("lea").page
    page.goto("/cases?whose=all")
    page.locator(".rows__name").first.click()
    page.get_by_role("link", name="Record a session").click()
    choose(page, "attendance", "dna")
    choose(page, "approaches", "vig")
    page.fill('[name="notes"]', "Nobody answered the bell.")
    send(page)
    expect(page.locator(".govuk-error-summary")).to_contain_text("if you did not, leave this out")
    expect(page.locator('[name="notes"]')).to_have_value("Nobody answered the bell.")


def test_a_wrong_password_is_refused_without_saying_which_part_is_wrong(visit: Any) -> None:
    visitor = visit()
    visitor.sign_in("nobody", WRONG)
    expect(visitor.page.get_by_role("alert")).to_contain_text("do not belong together")
    expect(visitor.page.locator("#email")).to_have_value("nobody@example.org")


def test_too_many_attempts_say_until_when_and_whom_to_call(visit: Any) -> None:
    visitor = visit()
    for _ in range(TRIES + 1):
        visitor.sign_in("locked", WRONG)
    told = visitor.page.get_by_role("alert")
    expect(told).to_contain_text("Try again after")
    expect(told).to_contain_text("telephone your manager")


def test_after_signing_out_the_way_back_shows_nothing(visit: Any) -> None:
    page = visit("lea").page
    page.goto("/cases?whose=all")
    with page.expect_navigation():
        page.get_by_role("button", name="Sign out").click()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
