"""What each channel is told by the environment; a channel that is told nothing is not there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env
from marshmallow.validate import OneOf, Range

from services.chassis.settings import BadSettings

LONGEST_SEND_S = 10.0
NOTIFY_URL = "https://api.notifications.service.gov.uk"
NOTIFY_KEY = 73
TO = "{to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """A mail server; `security` is starttls, tls or none, `sender` what stands under From."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    connections: int = 8

    @property
    def envelope_sender(self) -> str:
        """Return the address alone, without a name before it."""
        return parseaddr(self.sender)[1]

    @property
    def domain(self) -> str:
        """Return the domain that mails come from."""
        return self.envelope_sender.rpartition("@")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """GOV.UK Notify; a template that is empty means that the channel is not used."""

    api_key: str = field(repr=False)
    base_url: str
    email_template: str
    sms_template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """Addresses of providers in the form of Apprise, with `{to}` for the person's own."""

    sms: str | None = field(default=None, repr=False)
    chat: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vapid:
    """Who we are to the push services of browsers: a key, and whom they can write to."""

    private_key: str = field(repr=False)
    subject: str


def read_smtp(env: Env) -> Smtp | None:
    """Read `SMTP_HOST`, `SMTP_PORT`, `SMTP_SECURITY`, `SMTP_USER`, `MAIL_FROM` and the rest."""
    host = env.str("SMTP_HOST", "")
    smtp = Smtp(
        host=host,
        port=env.int("SMTP_PORT", 587),
        sender=env.str("MAIL_FROM", ""),
        security=env.str("SMTP_SECURITY", "starttls", validate=OneOf(("starttls", "tls", "none"))),
        user=env.str("SMTP_USER", ""),
        password=secret(env.str("SMTP_PASSWORD_FILE", ""), "SMTP_PASSWORD_FILE"),
        connections=env.int("SMTP_CONNECTIONS", 8, validate=Range(min=1)),
    )
    if not host:
        return None
    if "@" not in smtp.envelope_sender:
        raise BadSettings("MAIL_FROM is no address")
    if smtp.user and smtp.security == "none" and not is_loopback(host):
        raise BadSettings(
            "SMTP_USER needs SMTP_SECURITY=starttls or tls: a password is no postcard"
        )
    return smtp


def read_notify(env: Env) -> Notify | None:
    """Read `NOTIFY_API_KEY_FILE`, `NOTIFY_BASE_URL` and the ids of the templates."""
    key = secret(env.str("NOTIFY_API_KEY_FILE", ""), "NOTIFY_API_KEY_FILE")
    if not key:
        return None
    if len(key) < NOTIFY_KEY:
        raise BadSettings("NOTIFY_API_KEY_FILE is no key of GOV.UK Notify")
    notify = Notify(
        api_key=key,
        base_url=env.str("NOTIFY_BASE_URL", NOTIFY_URL),
        email_template=env.str("NOTIFY_EMAIL_TEMPLATE_ID", ""),
        sms_template=env.str("NOTIFY_SMS_TEMPLATE_ID", ""),
    )
    parts = urlsplit(notify.base_url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise BadSettings("NOTIFY_BASE_URL must be https")
    return notify


def read_templates(env: Env) -> Templates:
    """Read `PROVIDERS_FILE`: `{"sms": "...{to}...", "chat": {"name": "...{to}..."}}`."""
    told = json_of(env.str("PROVIDERS_FILE", ""), "PROVIDERS_FILE")
    sms, chat = told.pop("sms", None), told.pop("chat", {})
    templates = [
        *([] if sms is None else [sms]),
        *(chat.values() if isinstance(chat, dict) else [0]),
    ]
    if told or not all(isinstance(each, str) and TO in each for each in templates):
        raise BadSettings('PROVIDERS_FILE has "sms" and "chat" by name, each with {to} in it')
    return Templates(sms=sms, chat=chat)


def read_webhooks(env: Env) -> dict[str, str]:
    """Read `WEBHOOKS_FILE`: a secret for each address, `{"https://…": "whsec_…"}`."""
    told = json_of(env.str("WEBHOOKS_FILE", ""), "WEBHOOKS_FILE")
    if not all(isinstance(each, str) and each for each in told.values()):
        raise BadSettings("WEBHOOKS_FILE has a secret for each address")
    return told


def read_vapid(env: Env) -> Vapid | None:
    """Read `VAPID_PRIVATE_KEY_FILE` and `VAPID_SUBJECT` (mailto: or https:)."""
    key = secret(env.str("VAPID_PRIVATE_KEY_FILE", ""), "VAPID_PRIVATE_KEY_FILE")
    if not key:
        return None
    subject = env.str("VAPID_SUBJECT")
    if not subject.startswith(("mailto:", "https:")):
        raise BadSettings("VAPID_SUBJECT is mailto: or https:, where push services can write to us")
    return Vapid(private_key=key, subject=subject)


def read_private_networks(env: Env) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read `NOTICE_PRIVATE_NETWORKS`, into which webhooks and browser notices may go."""
    try:
        named: list[str] = env.list("NOTICE_PRIVATE_NETWORKS", [])
        return tuple(ip_network(each.strip()) for each in named)
    except ValueError:
        raise BadSettings("NOTICE_PRIVATE_NETWORKS are networks with commas: 10.1.0.0/16") from None


def read_within(env: Env) -> float:
    """Read `NOTICE_SEND_WITHIN_S`, after which a send is broken off."""
    bounds = Range(min=0, max=LONGEST_SEND_S, min_inclusive=False)
    return env.float("NOTICE_SEND_WITHIN_S", LONGEST_SEND_S, validate=bounds)


def secret(path: str, setting: str) -> str:
    """Return what a file of a secret holds, nothing where there is none.

    Raises:
        BadSettings: the file cannot be read, or is empty.

    """
    if not path:
        return ""
    try:
        text = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSettings(f"{setting} cannot be read: {type(error).__name__}") from None
    if not text:
        raise BadSettings(f"{setting} is empty")
    return text


def json_of(path: str, setting: str) -> dict[str, Any]:
    """Return the object in a file of JSON, an empty one where there is no file.

    Raises:
        BadSettings: the file cannot be read, or is no JSON object.

    """
    try:
        told = json.loads(secret(path, setting) or "{}")
    except json.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise BadSettings(f"{setting} is no JSON object")
    return told


def is_loopback(host: str) -> bool:
    """Does a host name this machine?"""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
