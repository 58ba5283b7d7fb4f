"""What browsers and tests see of the mails that were caught: a list, each one, and JSON.

What is in a mail is shown as text; nothing of it is alive but its addresses of pages, and nothing
is fetched from elsewhere.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from http import HTTPStatus

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

KEPT = 500
LINK = re.compile(r"https?://[^\s<>\"']+")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
STYLE = """
body { font: 1rem/1.5 sans-serif; max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #767676; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
dt { font-weight: bold; }
"""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it came; `number` counts from 1 since the start."""

    number: int
    at: datetime
    to: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Return what it is about."""
        return str(self.message.get("Subject", ""))

    @property
    def text(self) -> str:
        """Return its plain text."""
        body = self.message.get_body(("plain",))
        return str(body.get_content()) if body is not None else ""

    def as_json(self) -> dict[str, object]:
        """Return it as tests want it."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "to": list(self.to),
            "subject": self.subject,
            "text": self.text,
            "headers": {name: str(value) for name, value in self.message.items()},
        }


class Caught:
    """The last mails, newest first; takes what the server hands it."""

    def __init__(self, kept: int = KEPT) -> None:
        self._mails: deque[Mail] = deque(maxlen=kept)
        self._count = 0

    def __iter__(self) -> Iterator[Mail]:
        return iter(list(self._mails))

    async def handle_DATA(  # noqa: N802 - the name that the library calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail."""
        del server, session
        message = message_from_bytes(envelope.original_content or b"", policy=policy.default)
        self._count += 1
        self._mails.appendleft(
            Mail(self._count, datetime.now(UTC), tuple(envelope.rcpt_tos), message)
        )
        return "250 OK"

    def find(self, number: int) -> Mail | None:
        """Return one mail, if it is still kept."""
        return next((mail for mail in self if mail.number == number), None)

    def clear(self) -> None:
        """Forget all."""
        self._mails.clear()


class Pages:
    """What browsers and tests see of the mails."""

    def __init__(self, caught: Caught) -> None:
        self._caught = caught

    def routes(self) -> list[Route]:
        """Return the doors."""
        return [
            Route("/", self.index),
            Route("/style.css", self.style),
            Route("/messages", self.messages, methods=["GET"]),
            Route("/messages", self.forget, methods=["DELETE"]),
            Route("/messages/{number:int}", self.message),
        ]

    async def index(self, request: Request) -> Response:
        """List the mails."""
        del request
        rows = "".join(map(_row, self._caught))
        shown = f"<table>{_HEAD}<tbody>{rows}</tbody></table>" if rows else "<p>No mail yet.</p>"
        return _page("Mail", f"<p>Nothing of this was delivered to anybody.</p>{shown}")

    async def message(self, request: Request) -> Response:
        """Show one mail."""
        mail = self._caught.find(request.path_params["number"])
        if mail is None:
            return _page("No such mail", "<p><a href='/'>All mail</a></p>", HTTPStatus.NOT_FOUND)
        return _page(mail.subject, _whole(mail))

    async def messages(self, request: Request) -> Response:
        """Return the mails as JSON, newest first; `to` leaves only those for one address."""
        to = request.query_params.get("to")
        found = [mail.as_json() for mail in self._caught if to is None or to in mail.to]
        return JSONResponse({"messages": found}, headers=HEADERS)

    async def forget(self, request: Request) -> Response:
        """Forget all mails."""
        del request
        self._caught.clear()
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def style(self, request: Request) -> Response:
        """Return the one style sheet."""
        del request
        return Response(STYLE, media_type="text/css", headers=HEADERS)


_HEAD = (
    "<thead><tr><th scope='col'>Time (UTC)</th><th scope='col'>To</th>"
    "<th scope='col'>Subject</th></tr></thead>"
)


def _row(mail: Mail) -> str:
    to, subject = escape(", ".join(mail.to)), escape(mail.subject or "(no subject)")
    link = f"<a href='/messages/{mail.number}'>{subject}</a>"
    return f"<tr><td>{mail.at:%H:%M:%S}</td><td>{to}</td><td>{link}</td></tr>"


def _whole(mail: Mail) -> str:
    lines = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(value))}</dd>"
        for name, value in mail.message.items()
    )
    text = f"<pre>{_linked(mail.text)}</pre>"
    return f"<p><a href='/'>All mail</a></p>{text}<h2>Headers</h2><dl>{lines}</dl>"


def _linked(text: str) -> str:
    """Return a text in HTML, with its addresses of pages as links and nothing else of it alive."""
    parts, end = [], 0
    for found in LINK.finditer(text):
        url = escape(found[0])
        parts += [escape(text[end : found.start()]), f'<a href="{url}">{url}</a>']
        end = found.end()
    return "".join([*parts, escape(text[end:])])


def _page(title: str, body: str, status: int = HTTPStatus.OK) -> HTMLResponse:
    head = (
        f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title><link rel='stylesheet' href='/style.css'>"
    )
    whole = (
        f"<!doctype html><html lang='en'><head>{head}</head>"
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )
    return HTMLResponse(whole, status, headers=HEADERS)
