"""The settings that every process has, read once from the environment; secrets come as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from environs import Env, EnvError
from marshmallow.validate import OneOf

from services.chassis.failpoints import Failure, UnknownPoint, plan
from services.chassis.logs import SafeMessage

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
PORTS = {"referrals": 8101, "risk": 8102, "sessions": 8103, "notifications": 8104, "portal": 8080}


class BadSettings(SafeMessage):
    """A setting is missing or wrong; the message names each one and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know to take its place.

    `database` is the name of this service's own database on `mongo_uri`; `workers` the number of
    handlers at once, of which `prefetch` are for events, so that slow HTTP cannot starve them;
    `fail_at` is empty but in tests of recovery.
    """

    service: str
    role: str
    http_host: str
    http_port: int
    amqp_uri: str
    mongo_uri: str
    database: str
    token_public_key: Path
    vault_key: Path
    mode: str
    log_level: str
    workers: int
    prefetch: int
    outbox_lease_s: float
    fail_at: tuple[Failure, ...] = ()

    @property
    def is_production(self) -> bool:
        """Are weaker guarantees than production's refused?"""
        return self.mode == "production"


def read_settings(service: str, role: str = "all", env: Env | None = None) -> Settings:
    """Read the settings of a service from the environment.

    Raises:
        BadSettings: with one sentence for all that is missing or wrong.

    """
    env = env or Env()
    name = service.upper()
    try:
        uri, database = mongo_address(env, service)
        return Settings(
            service=service,
            role=role,
            http_host=env.str("HTTP_HOST", "127.0.0.1"),
            http_port=env.int(f"{name}_PORT", PORTS[service]),
            amqp_uri=env.str("AMQP_URI"),
            mongo_uri=uri,
            database=database,
            token_public_key=env.path("TOKEN_PUBLIC_KEY_FILE"),
            vault_key=env.path(f"{name}_VAULT_KEY_FILE"),
            mode=env.str("MODE", "local"),
            log_level=env.str("LOG_LEVEL", "INFO", validate=OneOf(LEVELS)),
            workers=env.int("WORKERS", 100),
            prefetch=env.int("PREFETCH", 40),
            outbox_lease_s=env.float("OUTBOX_LEASE_S", 5.0),
            fail_at=failures_asked_for(env),
        )
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None


def failures_asked_for(env: Env) -> tuple[Failure, ...]:
    """Return where this process is to fail; nowhere but in tests of recovery.

    Raises:
        BadSettings: a point is not known, or this is production.

    """
    try:
        asked = plan(env.str("FAIL_AT", ""))
    except UnknownPoint as error:
        raise BadSettings(f"FAIL_AT: {error}") from None
    if asked and env.str("MODE", "local") == "production":
        raise BadSettings("FAIL_AT is for tests of recovery: MODE=production refuses it")
    return asked


def mongo_address(env: Env, service: str) -> tuple[str, str]:
    """Return server URI and database name of a service; a database in its own URI goes first."""
    own = env.str(f"{service.upper()}_MONGO_URI", None)
    prefix = env.str("DATABASE_PREFIX", "")
    return own or env.str("MONGODB_URI"), f"{prefix}{service}"
