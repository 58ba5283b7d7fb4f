"""A fake mail server on this machine: every address answers as it is told, and all is kept."""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from time import monotonic
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.local import ports

HOST = "127.0.0.1"
FULL = "552 5.2.2 mailbox full"
NOBODY = "550 5.1.1 nobody of that name"
HANG_UP_AFTER_S = 0.01
LATER = "451 4.3.0 come again later"


class Mailbox:
    """A server that takes every mail unless it is told otherwise.

    `received` has what was taken, in the order in which it came. With `tls` it asks for STARTTLS
    (or speaks TLS from the first octet, if `is_implicit`); with `password` only a user with it may
    send.
    """

    def __init__(
        self, *, tls: ssl.SSLContext | None = None, is_implicit: bool = False, password: str = ""
    ) -> None:
        (self.port,) = ports.free(1)
        self.received: list[EmailMessage] = []
        self.arrivals: list[float] = []
        """When each was taken, by the monotonic clock."""
        self.connections = 0
        """How many connections it has taken so far."""
        self.hang_up_after_each = False
        self._said: dict[str, str] = {}
        self._left: Counter[str] = Counter()
        self.holding = 0
        """How many mails it holds."""
        self._held: asyncio.Event | None = None
        self._held_for: str | None = None
        self._password = password
        starts = tls is not None and not is_implicit
        self._options: dict[str, Any] = {
            "hostname": HOST,
            "port": self.port,
            "ssl_context": tls if is_implicit else None,
            "tls_context": tls if starts else None,
            "require_starttls": starts,
            "authenticator": self._authenticate if password else None,
            "auth_required": bool(password),
            "auth_require_tls": starts,
        }

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self.close()

    def open(self) -> None:
        """Begin to listen, at the same port as before."""
        self._controller = _Controller(self, **self._options)
        self._controller.start()

    def close(self) -> None:
        """Refuse connections from now on; those that are open are closed."""
        self._controller.stop()

    def to(self, address: str) -> list[EmailMessage]:
        """Return the mails that came for one address."""
        return [mail for mail in list(self.received) if mail["To"] == address]

    def refuse(self, address: str, answer: str = NOBODY) -> None:
        """Take no mail for an address, ever."""
        self._said[address] = answer

    def fail(self, address: str, times: int, answer: str = LATER) -> None:
        """Take no mail for an address so many times, then take it."""
        self._said[address], self._left[address] = answer, times

    def slow(self, address: str | None = None) -> None:
        """Hold every mail until `release`, or only those for an address."""
        self._held, self._held_for = asyncio.Event(), address

    def heal(self) -> None:
        """Take every mail again, and forget those that came."""
        self.release()
        self._said.clear()
        self._left.clear()
        self.received.clear()
        self.arrivals.clear()

    def release(self) -> None:
        """Let go what is held."""
        held, self._held = self._held, None
        if held is not None:
            self._controller.loop.call_soon_threadsafe(held.set)

    async def handle_RCPT(  # noqa: N802 - the name that the library calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to an address."""
        del server, session, options
        answer = self._said.get(address)
        if answer is not None and self._counts(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the name that the library calls
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or hold it first."""
        del session
        if self._held is not None and self._held_for in (None, *envelope.rcpt_tos):
            self.holding += 1
            try:
                await self._held.wait()
            finally:
                self.holding -= 1
        content = envelope.original_content or b""
        self.arrivals.append(monotonic())
        self.received.append(message_from_bytes(content, policy=policy.default))
        if self.hang_up_after_each:
            self._controller.loop.call_later(HANG_UP_AFTER_S, server.transport.close)
        return "250 OK"

    def _counts(self, address: str) -> bool:
        """Is this one of the times that an address fails?"""
        if address not in self._left:
            return True
        self._left[address] -= 1
        return self._left[address] >= 0

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        del server, session, envelope, mechanism
        is_known = isinstance(data, LoginPassword) and data.password.decode() == self._password
        return AuthResult(success=is_known, handled=False)


class _Controller(Controller):
    """Counts connections, and takes many at once."""

    handler: Mailbox

    def factory(self) -> SMTP:
        self.handler.connections += 1
        return super().factory()
