"""The whole system with people in it, and a browser to visit it with."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.people import make_people
from tests.e2e.visitor import House, Visitor
from tests.integration.portal.door import person
from tests.support import not_run as absence

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LONDON = "london-rbkc"
PEOPLE: dict[str, Any] = {
    "agencies": [{"id": "riverside-police", "name": "Riverside Police", "areas": [LONDON]}],
    "people": [
        person("officer", "agency_worker", LONDON, agency_id="riverside-police"),
        person("lea", "practitioner", LONDON),
        person("mo", "manager", LONDON),
        person("dana", "duty_manager", LONDON),
        person("olga", "ops", LONDON),
        person("locked", "practitioner", LONDON),
    ],
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium of this machine; gone before tests that need an event loop of theirs."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        absence.not_run("Chromium is not installed (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="module")
def house(stack: Any, mongo: Any) -> House:
    """All five services, with people who can sign in."""
    make_people(mongo, PEOPLE)
    stack.start_all()
    return House(stack.url("portal"))


@pytest.fixture
def visit(browser: Browser, house: House) -> Iterator[Any]:
    """Return visitors by name; each must have seen pages without an error in the console."""
    came: list[Visitor] = []

    def visiting(name: str | None = None, **device: Any) -> Visitor:
        visitor = Visitor.arrive(browser, house, name, **device)
        came.append(visitor)
        return visitor

    yield visiting
    for visitor in came:
        visitor.leave()
    complaints = [text for visitor in came for text in visitor.complaints]
    assert not complaints, complaints
