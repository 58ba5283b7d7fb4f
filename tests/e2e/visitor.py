"""Somebody with a browser: signs in, looks, types, and notes what the browser complains of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.integration.portal.door import PASSWORD

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SERIOUS = ("serious", "critical")
EXPECTED = "Failed to load resource"


@dataclass(frozen=True, slots=True)
class House:
    """Where the portal is."""

    url: str


@dataclass
class Visitor:
    """One person at one device; `complaints` is what the console said that it should not."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def arrive(
        cls,
        browser: Browser,
        house: House,
        name: str | None,
        *,
        screen: Mapping[str, int] = DESK,
        locale: str = "en-GB",
        scripts: bool = True,
    ) -> Self:
        """Open a browser window of its own, and sign in unless there is no name."""
        context = browser.new_context(
            base_url=house.url,
            viewport={"width": screen["width"], "height": screen["height"]},
            locale=locale,
            java_script_enabled=scripts,
        )
        context.set_default_timeout(15_000)
        visitor = cls(context.new_page(), context)
        visitor.page.on("console", visitor._hear)
        visitor.page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        if name is not None:
            visitor.sign_in(name)
        return visitor

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Fill in the sign-in form and send it."""
        self.page.goto("/sign-in")
        self.page.fill("#email", f"{name}@example.org")
        self.page.fill("#password", password)
        with self.page.expect_navigation():
            self.page.click("main .govuk-button")

    def leave(self) -> None:
        """Close the window."""
        self.context.close()

    def faults(self) -> list[str]:
        """Return what axe-core finds seriously wrong on the page, with where it is."""
        self.page.evaluate(_axe())
        found: dict[str, Any] = self.page.evaluate("rules => axe.run(document, rules)", RULES)
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in found["violations"]
            if one["impact"] in SERIOUS
        ]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the screen."""
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        return int(self.page.evaluate(wide))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and EXPECTED not in message.text:
            self.complaints.append(f"{self.page.url}: {message.text}")


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")
