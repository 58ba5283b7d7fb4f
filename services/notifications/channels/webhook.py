"""Signed webhooks to organisations, by Standard Webhooks (standardwebhooks.com)."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Mapping

from requests import RequestException
from standardwebhooks import Webhook as Signer

from services.chassis.clock import now
from services.chassis.settings import BadSettings
from services.notifications.channels.answers import judge
from services.notifications.channels.outgoing import STEP_S, Elsewhere
from services.notifications.channels.protocol import Message, Refused, Unreachable

PREFIX = "whsec_"
SECRET_OCTETS = range(24, 65)


class Webhook:
    """Posts to addresses of which we have a secret, and to no others."""

    def __init__(self, secrets: Mapping[str, str], elsewhere: Elsewhere) -> None:
        self._signers = {address: Signer(_octets(secret)) for address, secret in secrets.items()}
        self._elsewhere = elsewhere

    def send(self, address: str, message: Message) -> str | None:
        """Post a message, signed.

        Raises:
            Unreachable: the endpoint is away or has trouble.
            Refused: it is not one of ours, may not be gone to, or does not want this.

        """
        signer = self._signers.get(address)
        if signer is None:
            raise Refused("no secret is known for the address")
        self._elsewhere.check(address)
        body, headers = _signed(signer, message)
        try:
            with (
                self._elsewhere.session() as session,
                session.post(
                    address, data=body, headers=headers, timeout=STEP_S, stream=True
                ) as answer,
            ):
                judge(answer.status_code)
        except RequestException as error:
            raise Unreachable(f"the endpoint is away: {type(error).__name__}") from None
        return None


def _octets(secret: str) -> bytes:
    """Return the octets of a secret.

    Raises:
        BadSettings: it is not as Standard Webhooks wants it.

    """
    try:
        octets = b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        octets = b""
    if not secret.startswith(PREFIX) or len(octets) not in SECRET_OCTETS:
        raise BadSettings(f"WEBHOOKS_FILE: a secret is {PREFIX} and 24 to 64 octets in base64")
    return octets


def _signed(signer: Signer, message: Message) -> tuple[bytes, dict[str, str]]:
    at = now()
    told = {"id": message.id, "text": message.body, "title": message.subject, "link": message.link}
    body = json.dumps({"type": "notice", "timestamp": at.isoformat(), "data": told})
    return body.encode(), {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signer.sign(message.id, at, body),
    }
