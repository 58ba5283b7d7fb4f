"""The settings that every process has, read once from the environment; secrets come as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from environs import Env, EnvError
from marshmallow.validate import OneOf, Range

from services.chassis.failpoints import Failure, UnknownPoint, plan
from services.chassis.logs import SafeMessage

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
PORTS = {"referrals": 8101, "risk": 8102, "sessions": 8103, "notifications": 8104, "portal": 8080}


class BadSettings(SafeMessage):
    """A setting is missing or wrong; the message names each one and what to do."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Who takes spans by OTLP over HTTP, and the share of all traces that is recorded (0 to 1)."""

    endpoint: str
    share: float


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process needs to know to take its place.

    `database` is the name of this service's own database on `mongo_uri`; `workers` the number of
    handlers at once, of which `prefetch` are for events, so that slow HTTP cannot starve them;
    `fail_at` is empty but in tests of recovery; without a `collector` no spans are recorded.
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
    collector: Collector | None = None

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
            amqp_uri=bus_address(env),
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
            collector=collector_of(env),
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


def collector_of(env: Env) -> Collector | None:
    """Return who takes spans; None where nobody is named.

    Raises:
        BadSettings: the address is none of HTTP.

    """
    base = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "").rstrip("/")
    endpoint = env.str("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "") or (base and f"{base}/v1/traces")
    share = env.float("OTEL_TRACES_SAMPLER_ARG", 1.0, validate=Range(0, 1))
    if not endpoint or env.bool("OTEL_SDK_DISABLED", False):
        return None
    if not endpoint.startswith(("http://", "https://")):
        raise BadSettings("OTEL_EXPORTER_OTLP_ENDPOINT begins with http:// or https://")
    return Collector(endpoint, share)


def bus_address(env: Env) -> str:
    """Return the URI of the bus; one in a file goes first, since it holds a password.

    Raises:
        BadSettings: the file cannot be read.

    """
    return _written(env.path("AMQP_URI_FILE", None)) or env.str("AMQP_URI")


def mongo_address(env: Env, service: str) -> tuple[str, str]:
    """Return server URI and database name of a service; its own URI goes first, then a file.

    Raises:
        BadSettings: the file cannot be read.

    """
    own = env.str(f"{service.upper()}_MONGO_URI", None)
    filed = _written(env.path("MONGODB_URI_FILE", None))
    prefix = env.str("DATABASE_PREFIX", "")
    return own or filed or env.str("MONGODB_URI"), f"{prefix}{service}"


def _written(path: Path | None) -> str:
    """Return what a file of a secret holds; nothing where none is named."""
    try:
        return path.read_text(encoding="utf-8").strip() if path else ""
    except OSError as error:
        raise BadSettings(f"{path} cannot be read: {error.strerror}") from None
