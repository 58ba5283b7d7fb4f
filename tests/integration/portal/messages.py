"""Alerts that go out by real mail, and people who open the links in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.integration.portal.alerts import raised
from tests.integration.portal.door import Portal
from tests.support import until
from tests.support.mailbox import HOST, Mailbox

LINK = re.compile(r"/a/[A-Za-z0-9_-]{40}")
_PROOF = re.compile(r'name="proof" value="([^"]+)"')


@dataclass
class House:
    """The portal with notifications behind it, whose mail comes to a box of ours."""

    portal: Portal
    stack: Any
    broker: Any
    box: Mailbox

    def alert(self, area: str = "cluj", seen_by: str = "mo") -> str:
        """Raise an alert of high risk and return its reference."""
        return str(raised(self.broker, self.portal.signed_in(seen_by), area)["reference"])

    def link(self, name: str, subject: str) -> str:
        """Return the path of the link in the latest mail to somebody with this in its subject."""
        return self.links(name, subject, 1)[-1]

    def links(self, name: str, subject: str, count: int) -> list[str]:
        """Wait until so many such mails have come, and return the paths of their links."""

        def found() -> list[str]:
            mails = [m for m in self.box.to(f"{name}@example.org") if subject in m["Subject"]]
            return [LINK.findall(_text(mail))[0] for mail in mails]

        return until(lambda: len(found()) >= count and found(), within=20)

    def opened(self, path: str, by: httpx.Client | None = None) -> tuple[httpx.Client, str]:
        """Open a link as whoever holds the message does; return her browser and the page."""
        web = by or self.portal.visitor()
        page = web.get(path)
        assert page.status_code == 200, page.text
        return web, page.text

    def answered(self, path: str, by: httpx.Client | None = None) -> httpx.Response:
        """Open a link and press its button, as a browser does that keeps the address to itself."""
        web, page = self.opened(path, by)
        return press(web, path, page)


def press(web: httpx.Client, path: str, page: str) -> httpx.Response:
    """Press the button of a page behind a link."""
    proof = _PROOF.search(page)
    assert proof is not None, page
    return web.post(path, data={"proof": proof[1]}, headers={"Origin": "null"})


@contextmanager
def house(portal: Portal, stack: Any, broker: Any, **settings: str) -> Iterator[House]:
    """Start notifications with a way to send mail, and wait until it knows the staff."""
    with Mailbox() as box:
        mail = {"SMTP_HOST": HOST, "SMTP_PORT": str(box.port), "SMTP_SECURITY": "none"}
        mail |= {"MAIL_FROM": "Turning the Page <alerts@example.org>"}
        stack.start("notifications", **mail, **settings)
        _await_staff(portal)
        yield House(portal, stack, broker, box)


def _await_staff(portal: Portal) -> None:
    ana = portal.signed_in("ana")
    until(lambda: ana.get("/api/v1/responders/me").status_code == 200, within=20)


def _text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())
