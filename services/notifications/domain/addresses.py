"""What an address of each channel looks like, and the one form in which it is kept."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from services.notifications.domain.errors import BadAddress
from services.notifications.domain.responders import Channel

LONGEST_EMAIL = 254
LONGEST = 2000
P256DH_BYTES = 65  # an uncompressed point of P-256, which begins with 4 (RFC 8291)
AUTH_BYTES = 16
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}")
_WRITTEN = re.compile(r"[ ().-]")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_CHAT = re.compile(r"[A-Za-z0-9@#!_+][A-Za-z0-9@#!_+:./-]{0,127}")
_VISIBLE = re.compile(r"[!-~]+")


def tidy(channel: Channel, address: str) -> str:
    """Return an address in the form in which it is kept.

    Raises:
        BadAddress: the channel could not reach it; the text says what would be right.

    """
    return _TIDY[channel](address.strip())


def _email(address: str) -> str:
    if len(address) > LONGEST_EMAIL or _EMAIL.fullmatch(address) is None:
        raise BadAddress("Write an e-mail address: name@example.org.")
    return address


def _telephone(address: str) -> str:
    dialled = _WRITTEN.sub("", address)
    if _E164.fullmatch(dialled) is None:
        raise BadAddress("Write the number with + and the country: +44 7700 900123.")
    return dialled


def _chat(address: str) -> str:
    if _CHAT.fullmatch(address) is None:
        raise BadAddress("Write the id of the chat as its provider shows it, without blanks.")
    return address


def _webhook(address: str) -> str:
    if not _is_https(address):
        raise BadAddress("Write an address that begins with https:// and holds no password.")
    return address


def _subscription(address: str) -> str:
    """Return a subscription of a browser with what is needed of it, as compact JSON."""
    told = _json_object(address)
    keys = told.get("keys")
    if not isinstance(keys, Mapping) or not _is_https(told.get("endpoint")):
        raise BadAddress("Send the subscription as the browser gives it, as JSON text.")
    point, secret = _bytes_of(keys.get("p256dh")), _bytes_of(keys.get("auth"))
    if len(point) != P256DH_BYTES or point[0] != 4 or len(secret) != AUTH_BYTES:  # noqa: PLR2004 - RFC 8291
        raise BadAddress("The keys of this subscription are not those of a browser.")
    kept = {"endpoint": told["endpoint"], "keys": {each: keys[each] for each in ("auth", "p256dh")}}
    return json.dumps(kept, separators=(",", ":"), sort_keys=True)


def _is_https(address: Any) -> bool:
    """Is this an https address with a host, without user, password and fragment?"""
    if not isinstance(address, str) or len(address) > LONGEST or not _VISIBLE.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        is_whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme == "https" and is_whole and "@" not in parts.netloc and not parts.fragment


def _json_object(text: str) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _bytes_of(text: Any) -> bytes:
    """Return what base64 for URLs stands for; nothing where it is none."""
    if not isinstance(text, str):
        return b""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def _inbox(_address: str) -> str:
    raise BadAddress("The inbox is there by itself and has no address.")


_TIDY: Mapping[Channel, Callable[[str], str]] = {
    Channel.INBOX: _inbox,
    Channel.EMAIL: _email,
    Channel.SMS: _telephone,
    Channel.CHAT: _chat,
    Channel.WEBHOOK: _webhook,
    Channel.PUSH: _subscription,
}
