"""E-mail by SMTP, over connections that are kept open for the next mail."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.charset import QP, Charset
from email.header import Header
from email.message import Message as Mail
from email.policy import compat32
from email.utils import format_datetime, formataddr, parseaddr
from queue import LifoQueue

from services.chassis.clock import now
from services.notifications.channels.protocol import Message, Refused, Unreachable
from services.notifications.channels.settings import Smtp

ADDRESS = re.compile(r"[^\s@<>,;:\"\\]+@[^\s@<>,;:\"\\]+\Z")
PERMANENT = range(500, 600)
CLOSING = 421
STEP_S = 10
WIRE = compat32.clone(linesep="\r\n")
UTF_8 = Charset("utf-8")
UTF_8.body_encoding = QP


class Email:
    """Mail to one address at a time; at most `Smtp.connections` are open at once.

    Who comes while all are busy waits for one.
    """

    def __init__(self, smtp: Smtp) -> None:
        self._smtp = smtp
        self._sender = formataddr(parseaddr(smtp.sender))
        self._tls = ssl.create_default_context()
        self._places: LifoQueue[smtplib.SMTP | None] = LifoQueue()
        for _ in range(smtp.connections):
            self._places.put(None)

    def send(self, address: str, message: Message) -> str | None:
        """Hand a mail over to the server; return its Message-ID.

        Raises:
            Unreachable: the server is away, busy, or asks to come again.
            Refused: it does not take this mail, this address or us.

        """
        mail = self._written(address, message)
        try:
            self._hand_over(mail.as_bytes(policy=WIRE), address)
        except smtplib.SMTPNotSupportedError:
            raise Refused("the server cannot do what is needed") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _meaning(next(iter(error.recipients.values()))[0]) from None
        except smtplib.SMTPResponseException as error:
            raise _meaning(error.smtp_code) from None
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"the server is away: {type(error).__name__}") from None
        return str(mail["Message-ID"])

    def _written(self, address: str, message: Message) -> Mail:
        if not (address.isascii() and ADDRESS.match(address)):
            raise Refused("the address is none")
        # Not EmailMessage: parsing each header as it is set takes longer than all the rest.
        mail = Mail()
        mail.set_payload(message.body, UTF_8)
        mail["From"], mail["To"] = self._sender, address
        mail["Subject"] = _encoded(message.subject)
        mail["Date"] = format_datetime(now())
        mail["Message-ID"] = f"<{message.id}@{self._smtp.domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        return mail

    def _hand_over(self, mail: bytes, address: str) -> None:
        """Send a mail over a free connection; one on which anything went wrong is not kept."""
        connection, is_good = self._places.get(), False
        try:
            if connection is None or not self._still_takes(connection, mail, address):
                connection = None
                connection = self._opened()
                self._send(connection, mail, address)
            is_good = True
        finally:
            if connection is not None and not is_good:
                connection.close()
            self._places.put(connection if is_good else None)

    def _still_takes(self, kept: smtplib.SMTP, mail: bytes, address: str) -> bool:
        """Send over a kept connection; tell whether the server had not hung up meanwhile."""
        try:
            self._send(kept, mail, address)
        except (smtplib.SMTPServerDisconnected, ConnectionError):
            kept.close()
        except smtplib.SMTPResponseException as error:
            if error.smtp_code != CLOSING:
                raise
            kept.close()
        else:
            return True
        return False

    def _send(self, connection: smtplib.SMTP, mail: bytes, address: str) -> None:
        connection.sendmail(self._smtp.envelope_sender, [address], mail)

    def _opened(self) -> smtplib.SMTP:
        at, name = (self._smtp.host, self._smtp.port), self._smtp.domain
        opened: smtplib.SMTP
        if self._smtp.security == "tls":
            opened = smtplib.SMTP_SSL(*at, name, timeout=STEP_S, context=self._tls)
        else:
            opened = smtplib.SMTP(*at, name, timeout=STEP_S)
        try:
            self._enter(opened)
        except BaseException:
            opened.close()
            raise
        return opened

    def _enter(self, opened: smtplib.SMTP) -> None:
        if self._smtp.security == "starttls":
            opened.starttls(context=self._tls)
        if self._smtp.user:
            opened.login(self._smtp.user, self._smtp.password)


def _encoded(subject: str) -> str:
    return subject if subject.isascii() else Header(subject, UTF_8, header_name="Subject").encode()


def _meaning(code: int) -> Refused | Unreachable:
    kind = Refused if code in PERMANENT else Unreachable
    return kind(f"the server answered {code}")
