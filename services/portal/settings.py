"""What the portal needs to know, read once from the environment; secrets come as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from environs import Env, EnvError
from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range

from services.chassis.failpoints import Failure
from services.chassis.settings import (
    LEVELS,
    PORTS,
    BadSettings,
    Collector,
    bus_address,
    collector_of,
    failures_asked_for,
    mongo_address,
)


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """The place of the portal: its address, its database, the bus and the four services.

    `origin` is the address in people's browsers; `proxies` are the addresses or networks of those
    who are believed when they say for whom they ask; `rate_per_s` and `rate_burst` bound what one
    account or API key may ask of one process; `has_drills` tells that drills are held, which
    end here; `upstreams` maps a service to its base URL;
    `fail_at` is empty but in tests of recovery; without a `collector` no spans are recorded.
    """

    http_host: str
    http_port: int
    origin: str
    proxies: str
    mode: str
    log_level: str
    mongo_uri: str
    database: str
    amqp_uri: str
    token_private_key: Path
    rate_per_s: float
    rate_burst: int
    has_drills: bool
    upstreams: Mapping[str, str]
    fail_at: tuple[Failure, ...] = ()
    collector: Collector | None = None

    @property
    def is_https(self) -> bool:
        """Do browsers reach the portal by https, so that cookies must stay on it?"""
        return urlsplit(self.origin).scheme == "https"


def read_settings(env: Env | None = None) -> PortalSettings:
    """Read the portal's settings from the environment.

    Raises:
        BadSettings: with one sentence that names what is missing or wrong.

    """
    env = env or Env()
    settings = _read(env)
    if settings.mode == "production" and not settings.is_https:
        raise BadSettings("MODE=production needs a PORTAL_ORIGIN that begins with https://")
    return settings


def _read(env: Env) -> PortalSettings:
    try:
        uri, database = mongo_address(env, "portal")
        port = env.int("PORTAL_PORT", PORTS["portal"])
        return PortalSettings(
            http_host=env.str("HTTP_HOST", "127.0.0.1"),
            http_port=port,
            origin=env.str("PORTAL_ORIGIN", f"http://localhost:{port}").rstrip("/"),
            proxies=env.str("PORTAL_PROXIES", "127.0.0.1", validate=_not_everybody),
            mode=env.str("MODE", "local", validate=OneOf(("local", "production"))),
            log_level=env.str("LOG_LEVEL", "INFO", validate=OneOf(LEVELS)),
            mongo_uri=uri,
            database=database,
            amqp_uri=bus_address(env),
            token_private_key=env.path("TOKEN_PRIVATE_KEY_FILE"),
            rate_per_s=env.float("PORTAL_RATE_PER_S", 50.0, validate=Range(min=0.1)),
            rate_burst=env.int("PORTAL_RATE_BURST", 200, validate=Range(min=1)),
            has_drills=env.float("DRILL_EVERY_S", 60) > 0,
            upstreams={
                "referrals": env.str("REFERRALS_URL", _beside("referrals")),
                "risk": env.str("RISK_URL", _beside("risk")),
                "sessions": env.str("SESSIONS_URL", _beside("sessions")),
                "notifications": env.str("NOTIFICATIONS_URL", _beside("notifications")),
            },
            fail_at=failures_asked_for(env),
            collector=collector_of(env),
        )
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None


def _not_everybody(proxies: str) -> None:
    if "*" in proxies:
        raise ValidationError(
            "name the proxies' addresses or networks: whoever may say where she comes from can "
            "guess passwords without end"
        )


def _beside(service: str) -> str:
    """Return where a service listens when everything runs on one machine."""
    return f"http://127.0.0.1:{PORTS[service]}"
