"""What the answer of an HTTP provider means: done, not this time, or not ever."""

from __future__ import annotations

from http import HTTPStatus

from services.notifications.channels.protocol import Refused, Unreachable

PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


def judge(status: int) -> None:
    """Return if the provider has taken the message.

    Raises:
        Unreachable: it has trouble, or too much to do.
        Refused: it does not want this message, or sends us elsewhere, where we do not go.

    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if status in PASSING or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unreachable(f"the provider answered {status}")
    raise Refused(f"the provider answered {status}")
