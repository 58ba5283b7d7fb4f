"""Filling in the referral form as a person does."""

from __future__ import annotations

from playwright.sync_api import Page

YES = (
    *("injury", "frightened", "fear_of", "isolation", "separation", "child_contact", "stalking"),
    *(
        "frequency",
        "severity",
        "control",
        "threat_kill",
        "sexual",
        "financial",
        "breach",
        "criminal",
    ),
)
UNKNOWN = ("weapons", "strangulation")


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
    for name, value in (
        ("language", "en"),
        ("contact.channel", "telephone"),
        ("contact.safe", "yes"),
        ("instrument", "DASH-24"),
        ("client_aware", "yes"),
        ("consent", "given"),
    ):
        choose(page, name, value)
    for item in YES:
        choose(page, f"answers.{item}", "yes")
    for item in UNKNOWN:
        choose(page, f"answers.{item}", "dont_know")
    page.fill('[name="reason"]', "Neighbours called. She would like help to move.")


def choose(page: Page, name: str, value: str) -> None:
    """Tick a radio button or a box."""
    page.check(f'[name="{name}"][value="{value}"]')


def send(page: Page) -> None:
    """Send the form that the page is about."""
    page.click("main form .govuk-button:not(.govuk-button--secondary)")
