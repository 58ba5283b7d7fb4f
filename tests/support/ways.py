"""Each channel that goes by HTTP, set up against the fake providers."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.providers import Providers

NUMBER = "+447700900123"
SECRET = f"whsec_{b64encode(b'a secret of thirty-two octets...').decode()}"
API_KEY = f"test-{UUID(int=1)}-{UUID(int=2)}"
LOOPBACK = {"NOTICE_PRIVATE_NETWORKS": "127.0.0.0/8"}


def settings_file(folder: Path, told: Any) -> str:
    path = folder / "told.json"
    path.write_text(json.dumps(told))
    return str(path)


@dataclass(frozen=True)
class Browser:
    """A browser with its keys, which can read what is sent to it."""

    key: ec.EllipticCurvePrivateKey
    secret: bytes = b"sixteen octets.."

    def subscription(self, endpoint: str) -> str:
        keys = {"p256dh": _point(self.key), "auth": _text(self.secret)}
        return json.dumps({"endpoint": endpoint, "keys": keys})

    def read(self, body: bytes) -> Any:
        return json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret))


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _point(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PublicFormat.UncompressedPoint
    return _text(key.public_key().public_bytes(serialization.Encoding.X962, form))


@dataclass(frozen=True)
class Way:
    """A channel as it is set up against the fake providers: what to set, where it goes."""

    channel: str
    address: str
    path: str
    settings: dict[str, str]


def sms(folder: Path, providers: Providers) -> Way:
    told = {"sms": f"smseagle://token@{providers.netloc}/{{to}}"}
    settings = {"PROVIDERS_FILE": settings_file(folder, told)}
    providers.ok("/jsonrpc/sms", body={"result": {"status": "ok"}})
    return Way("sms", NUMBER, "/jsonrpc/sms", settings)


def chat(folder: Path, providers: Providers) -> Way:
    told = {"chat": {"team": f"json://{providers.netloc}/chat/{{to}}"}}
    settings = {"PROVIDERS_FILE": settings_file(folder, told)}
    return Way("chat", "team:anna", "/chat/anna", settings)


def notify(folder: Path, providers: Providers, channel: str, address: str) -> Way:
    key = folder / "api-key"
    key.write_text(f"{API_KEY}\n")
    settings = {
        "NOTIFY_API_KEY_FILE": str(key),
        "NOTIFY_BASE_URL": providers.url(),
        f"NOTIFY_{channel.upper()}_TEMPLATE_ID": "template-1",
    }
    path = f"/v2/notifications/{channel}"
    providers.ok(path, 201, {"id": "n-1"})
    return Way(channel, address, path, settings)


def webhook(folder: Path, providers: Providers) -> Way:
    address = providers.url("/hook")
    settings = LOOPBACK | {"WEBHOOKS_FILE": settings_file(folder, {address: SECRET})}
    return Way("webhook", address, "/hook", settings)


def push(folder: Path, providers: Providers, browser: Browser) -> Way:
    key = folder / "vapid.pem"
    key.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    settings = LOOPBACK | {
        "VAPID_PRIVATE_KEY_FILE": str(key),
        "VAPID_SUBJECT": "mailto:ops@casework.example",
    }
    return Way("push", browser.subscription(providers.url("/browser-1")), "/browser-1", settings)
