"""SMS and e-mail by GOV.UK Notify, which sends by templates that hold nothing but our text.

The template for SMS is `((text))`; that for e-mail has `((subject))` as its subject and `((body))`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from notifications_python_client.errors import APIError
from notifications_python_client.notifications import NotificationsAPIClient

from services.notifications.channels.answers import judge
from services.notifications.channels.protocol import Message, Unreachable
from services.notifications.channels.settings import Notify

STEP_S = 10


class NotifyEmail:
    """E-mail by one template."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify

    def send(self, address: str, message: Message) -> str | None:
        """Hand a mail over; return the id that Notify gives it."""
        return _said(
            lambda: _client(self._notify).send_email_notification(
                address,
                self._notify.email_template,
                {"subject": message.subject, "body": message.body},
                message.id,
            )
        )


class NotifySms:
    """SMS by one template."""

    def __init__(self, notify: Notify) -> None:
        self._notify = notify

    def send(self, address: str, message: Message) -> str | None:
        """Hand an SMS over; return the id that Notify gives it."""
        return _said(
            lambda: _client(self._notify).send_sms_notification(
                address, self._notify.sms_template, {"text": message.short}, message.id
            )
        )


def _client(notify: Notify) -> Any:
    """Return a client of one's own: it is not made for two threads."""
    make: Any = NotificationsAPIClient
    return make(notify.api_key, base_url=notify.base_url, timeout=STEP_S)


def _said(send: Callable[[], Any]) -> str:
    try:
        return str(send()["id"])
    except APIError as error:
        judge(error.status_code)
        raise Unreachable("the answer cannot be read") from None
