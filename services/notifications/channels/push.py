"""Notices to browsers by Web Push; the address is the subscription that a browser gave."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid as Key
from py_vapid import VapidException
from pywebpush import WebPusher, WebPushException
from requests import RequestException

from services.chassis.clock import now
from services.chassis.settings import BadSettings
from services.notifications.channels.answers import judge
from services.notifications.channels.outgoing import STEP_S, Elsewhere
from services.notifications.channels.protocol import Message, Refused, Unreachable
from services.notifications.channels.settings import Vapid

KEPT_S = 3600
"""How long a push service keeps a notice for a browser that is away."""
URGENT = {"Urgency": "high"}


class Push:
    """Sends to browsers, encrypted so that only they can read it."""

    def __init__(self, vapid: Vapid, elsewhere: Elsewhere) -> None:
        self._subject, self._elsewhere = vapid.subject, elsewhere
        self._key = _read_key(vapid)

    def send(self, address: str, message: Message) -> str | None:
        """Hand a notice to the push service of a browser; return nothing: it gives no id.

        Raises:
            Unreachable: the push service is away or has trouble.
            Refused: the subscription is over, or is none.

        """
        subscription = _read(address)
        self._elsewhere.check(subscription["endpoint"])
        headers = URGENT | self._key.sign(self._claims(subscription["endpoint"]))
        try:
            with self._elsewhere.session() as session:
                pusher = WebPusher(subscription, requests_session=session)
                answer = pusher.send(_shown(message), headers, KEPT_S, timeout=STEP_S)
        except RequestException as error:
            raise Unreachable(f"the push service is away: {type(error).__name__}") from None
        except (WebPushException, ValueError, IndexError):
            raise Refused("the address is no subscription") from None
        judge(answer.status_code)
        return None

    def _claims(self, endpoint: str) -> dict[str, Any]:
        parts = urlsplit(endpoint)
        expires = int(now().timestamp()) + KEPT_S
        return {"sub": self._subject, "aud": f"{parts.scheme}://{parts.netloc}", "exp": expires}


def _read(address: str) -> dict[str, Any]:
    try:
        told = json.loads(address)
        return {
            "endpoint": str(told["endpoint"]),
            "keys": {name: str(told["keys"][name]) for name in ("p256dh", "auth")},
        }
    except (ValueError, TypeError, KeyError):
        raise Refused("the address is no subscription") from None


def _shown(message: Message) -> str:
    """Return what the browser shows: a locked screen gets the subject, and no link or reason."""
    return json.dumps({"id": message.id, "title": message.subject, "link": message.link})


def _read_key(vapid: Vapid) -> Key:
    try:
        return Key.from_pem(vapid.private_key.encode())
    except (ValueError, VapidException):
        raise BadSettings("VAPID_PRIVATE_KEY_FILE is no private key of P-256") from None


def public_key(vapid: Vapid) -> str:
    """Return our public key as browsers want it to subscribe: `applicationServerKey`.

    Raises:
        BadSettings: the private key is none.

    """
    point = _read_key(vapid).public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).rstrip(b"=").decode()
