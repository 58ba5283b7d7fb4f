"""A mail server that catches all and delivers none: `python -m deploy.local.mail`.

It keeps the last 500 mails in memory and shows them on a page, both on loopback only. `make run`
starts it, so that whoever tries the platform sees what people would be sent.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from urllib.request import urlopen

import uvicorn
from aiosmtpd.smtp import SMTP
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from deploy.local.children import Child
from deploy.local.layout import ROOT, Layout
from deploy.local.mail_pages import Caught, Pages
from deploy.local.ports import DEFAULTS, HOST

LARGEST_OCTETS = 1_000_000
ASK_WITHIN_S = 2.0
SENDER = "Turning the Page <alerts@casework.example>"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where the server listens for mail, and where its page is."""

    smtp_port: int
    page_port: int

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"http://localhost:{self.page_port}"

    def start(self, layout: Layout) -> Child:
        """Start it as a process."""
        ports = (f"--smtp={self.smtp_port}", f"--page={self.page_port}")
        return Child(
            "mail",
            [sys.executable, "-m", "deploy.local.mail", *ports],
            log=layout.log("mail"),
            environment=os.environ,
            cwd=ROOT,
        )

    def answers(self) -> bool:
        """Does it take mail and show it?"""
        try:
            with urlopen(f"{self.url}/messages", timeout=ASK_WITHIN_S) as answer:  # noqa: S310 - loopback
                return bool(answer.status == HTTPStatus.OK)
        except OSError:
            return False

    def settings(self) -> dict[str, str]:
        """Return what notifications is told, so that all its mail comes here."""
        return {
            "SMTP_HOST": HOST,
            "SMTP_PORT": str(self.smtp_port),
            "SMTP_SECURITY": "none",
            "SMTP_USER": "",
            "SMTP_PASSWORD_FILE": "",
            "MAIL_FROM": SENDER,
        }


def app(caught: Caught, smtp_port: int) -> Starlette:
    """Return the page, which opens the mail server as long as it runs itself."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(caught, data_size_limit=LARGEST_OCTETS, loop=loop), HOST, smtp_port
        )
        async with server:
            yield

    return Starlette(
        routes=Pages(caught).routes(),
        lifespan=lifespan,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", HOST])],
    )


def main() -> int:
    """Catch mail until told to stop."""
    about, _, _ = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(prog="python -m deploy.local.mail", description=about)
    parser.add_argument("--smtp", type=int, default=DEFAULTS["mail"])
    parser.add_argument("--page", type=int, default=DEFAULTS["mail_page"])
    told = parser.parse_args()
    uvicorn.run(
        app(Caught(), told.smtp), host=HOST, port=told.page, log_level="warning", access_log=False
    )
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
