"""A portal wired to nothing: enough to look at its routes and to ask what needs no other server."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from starlette.applications import Starlette

from services.portal.app import create_app
from services.portal.settings import PortalSettings

NOWHERE = "127.0.0.1:1"


def wired(folder: Path, origin: str = "http://portal.test", *, rate_per_s: float = 50) -> Starlette:
    """Return a portal whose database, bus and services are not there."""
    key = folder / "signing-key.pem"
    key.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    services = ("referrals", "risk", "sessions", "notifications")
    return create_app(
        PortalSettings(
            http_host="127.0.0.1",
            http_port=0,
            origin=origin,
            proxies="127.0.0.1",
            mode="local",
            log_level="INFO",
            mongo_uri=f"mongodb://{NOWHERE}/",
            database="portal",
            amqp_uri=f"amqp://{NOWHERE}/",
            token_private_key=key,
            rate_per_s=rate_per_s,
            rate_burst=200,
            has_drills=True,
            upstreams=dict.fromkeys(services, f"http://{NOWHERE}"),
        )
    )
