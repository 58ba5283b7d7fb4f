"""Filling in the referral form as a person does, and finding what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, expect

YES = (
    *("injury", "frightened", "fear_of", "isolation", "separation", "child_contact", "stalking"),
    *("frequency", "severity", "control", "threat_kill", "sexual", "financial", "breach"),
    "criminal",
)
UNKNOWN = ("weapons", "strangulation")
CHOSEN = {
    "language": "en",
    "contact.channel": "telephone",
    "contact.safe": "yes",
    "instrument": "DASH-24",
    "client_aware": "yes",
    "consent": "given",
}


@dataclass(frozen=True, slots=True)
class Told:
    """The references of a referral that has become a case with an alert."""

    referral: str
    case: str
    alert: str


def tell(visit: Any, given_name: str, family_name: str = "Sampleford") -> Told:
    """Refer a woman in a browser, and return what her practitioner finds."""
    agency, practitioner = visit("officer"), visit("lea")
    fill_in_referral(agency.page, given_name, family_name)
    send(agency.page)
    expect(agency.page.get_by_role("heading", name="Referral received")).to_be_visible()
    referral = agency.page.locator(".received .reference").inner_text()
    practitioner.page.goto(f"/referrals/{referral}")
    case = practitioner.page.locator('dd a[href^="/cases/"]').inner_text()
    practitioner.page.goto("/inbox")
    card = practitioner.page.locator(".card--waiting").first
    alert = card.locator(".card__title").inner_text()
    agency.leave()
    practitioner.leave()
    return Told(referral, case, alert)


def fill_in_referral(
    page: Page, given_name: str = "Amelia", family_name: str = "Sampleford"
) -> None:
    """Type what a complete referral with fifteen yes answers needs."""
    page.goto("/refer")
    page.fill('[name="client.given_name"]', given_name)
    page.fill('[name="client.family_name"]', family_name)
    for part, value in (("day", "17"), ("month", "4"), ("year", "1991")):
        page.fill(f'[name="client.born_on.{part}"]', value)
    page.select_option('[name="area"]', "london-rbkc")
    page.fill('[name="contact.code_name"]', "the library")
    page.fill('[name="children.0.given_name"]', "Leo")
    page.select_option('[name="children.0.status"]', "with_mother")
    page.select_option('[name="perpetrators.0.relationship"]', "ex_partner")
    page.fill('[name="reason"]', "Neighbours called. She would like help to move.")
    answers = dict.fromkeys(YES, "yes") | dict.fromkeys(UNKNOWN, "dont_know")
    for name, value in CHOSEN.items():
        choose(page, name, value)
    for item, answer in answers.items():
        choose(page, f"answers.{item}", answer)


def choose(page: Page, name: str, value: str) -> None:
    """Tick a radio button or a box."""
    page.check(f'[name="{name}"][value="{value}"]')


def send(page: Page) -> None:
    """Send the form that the page is about."""
    with page.expect_navigation():
        page.click("main form .govuk-button:not(.govuk-button--secondary)")
