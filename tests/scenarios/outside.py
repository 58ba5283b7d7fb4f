"""What is outside of the service: a mail server and the providers of the other channels."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

from tests.support.certificates import certificate
from tests.support.mailbox import Mailbox
from tests.support.providers import Providers, Received

ORIGIN = "https://casework.example"
SECRET = f"whsec_{b64encode(b'a secret of thirty-two octets...').decode()}"
HOOKS = 40
LINK = re.compile(rf"{re.escape(ORIGIN)}/a/([A-Za-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a provider took it; `to` is the address, `raw` all that was handed over."""

    channel: str
    to: str
    subject: str
    text: str
    raw: str

    @property
    def token(self) -> str:
        """Return the token of the link that is in it."""
        found = LINK.search(self.text)
        assert found, f"no link in {self.text!r}"
        return found.group(1)

    @property
    def said(self) -> str:
        """Return subject and text."""
        return f"{self.subject}\n{self.text}"


@dataclass
class Outside:
    """A mail server, providers over HTTP, and endpoints of webhooks over HTTPS."""

    mailbox: Mailbox
    providers: Providers
    hooks: Providers
    folder: Path
    certificate: Path
    _hooks: Iterator[int] = field(default_factory=count)
    _numbers: Iterator[int] = field(default_factory=count)

    @property
    def settings(self) -> Mapping[str, str]:
        """Return what the service is to be told so that it uses all of them."""
        chat = {"team": f"json://{self.providers.netloc}/chat/{{to}}"}
        sms = f"smseagle://token@{self.providers.netloc}/{{to}}"
        hooks = {self._hook(number): SECRET for number in range(HOOKS)}
        return {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.mailbox.port),
            "SMTP_SECURITY": "none",
            "MAIL_FROM": "Turning the Page <alerts@casework.example>",
            "PROVIDERS_FILE": self._kept("providers.json", {"sms": sms, "chat": chat}),
            "WEBHOOKS_FILE": self._kept("webhooks.json", hooks),
            "NOTICE_PRIVATE_NETWORKS": "127.0.0.0/8",
            "PORTAL_ORIGIN": ORIGIN,
        }

    def hook(self) -> str:
        """Return the address of a webhook that nobody has yet."""
        return self._hook(next(self._hooks) % HOOKS)

    def number(self) -> str:
        """Return a telephone number that nobody has."""
        return f"+447700{900000 + next(self._numbers) % 1000}"

    def messages(self) -> Iterator[Message]:
        """Yield everything that was taken or refused over HTTP, and every mail that was taken."""
        yield from map(_mail, list(self.mailbox.received))
        for request in list(self.providers.received):
            yield _sms(request) if request.path == "/jsonrpc/sms" else _chat(request)
        yield from (_webhook(request, self.hooks) for request in list(self.hooks.received))

    def heal(self) -> None:
        """Have everything answer well again, and forget what came."""
        self.mailbox.heal()
        for each in (self.providers, self.hooks):
            each.release()
            each.clear()
        self.providers.ok("/jsonrpc/sms", body={"result": {"status": "ok"}})

    def _hook(self, number: int) -> str:
        return self.hooks.url(f"/hook/{number}")

    def _kept(self, name: str, told: Any) -> str:
        place = self.folder / name
        place.write_text(json.dumps(told))
        return str(place)


@contextmanager
def opened(folder: Path) -> Iterator[Outside]:
    """Start all of them."""
    context, trusted = certificate(folder)
    with Mailbox() as mailbox, Providers() as providers, Providers(tls=context) as hooks:
        outside = Outside(mailbox, providers, hooks, folder, trusted)
        outside.heal()
        yield outside


def _mail(mail: EmailMessage) -> Message:
    return Message("email", mail["To"], mail["Subject"], mail.get_content(), mail.as_string())


def _sms(request: Received) -> Message:
    told = request.json["params"]
    raw = request.body.decode()
    return Message("sms", told["to"], "", told["message"], raw)


def _chat(request: Received) -> Message:
    told, raw = request.json, request.body.decode()
    address = f"team:{request.path.rpartition('/')[2]}"
    return Message("chat", address, told["title"], told["message"], raw)


def _webhook(request: Received, hooks: Providers) -> Message:
    told, raw = request.json["data"], request.body.decode()
    return Message("webhook", hooks.url(request.path), told["title"], told["text"], raw)
