"""The five services as processes: how each is started, what it is told, when it is ready."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy.local.children import Child
from deploy.local.keys import SERVICES_WITH_A_VAULT, Keys
from deploy.local.layout import ROOT
from deploy.local.ports import HOST

SERVICES = (*SERVICES_WITH_A_VAULT, "portal")
READY_WITHIN_S = 60
ASK_WITHIN_S = 2.0
ELSEWHERE = ("AMQP_URI_FILE", "MONGODB_URI_FILE")  # they would go before our own addresses


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything of one running system is; `ports` has one for each service.

    A service that is in `amqp_uris` has a user of its own on the bus. Two systems with two values
    of `database_prefix` can share a database server. `channels` are the settings by which
    notifications reaches people.
    """

    amqp_uri: str
    mongodb_uri: str
    ports: Mapping[str, int]
    database_prefix: str = ""
    amqp_uris: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)

    def url(self, service: str) -> str:
        """Return the base URL of a service; the portal's is the one that browsers see."""
        host = "localhost" if service == "portal" else HOST
        return f"http://{host}:{self.ports[service]}"


Start = Callable[[str, Addresses, Keys, Path], Child]
"""Starts a service, where everything is, with its secrets and its log."""


def start(
    service: str,
    addresses: Addresses,
    keys: Keys,
    log: Path,
    *,
    role: str = "all",
    environment: Mapping[str, str] | None = None,
) -> Child:
    """Start a process of a service; `environment` adds to its settings or replaces some."""
    roles = () if service == "portal" else ("--role", role)
    return Child(
        log.stem,
        [sys.executable, "-m", f"services.{service}", *roles],
        log=log,
        environment=settings(service, addresses, keys) | dict(environment or {}),
        cwd=ROOT,
    )


def settings(service: str, addresses: Addresses, keys: Keys) -> dict[str, str]:
    """Return the whole environment of a service: ours, then what it is told."""
    around = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return around | told(service, addresses, keys)


def told(service: str, addresses: Addresses, keys: Keys) -> dict[str, str]:
    """Return what a service is told: its settings, then the paths of its secrets."""
    urls = {f"{name.upper()}_URL": addresses.url(name) for name in SERVICES_WITH_A_VAULT}
    return (
        {
            "PYTHONUNBUFFERED": "1",
            "AMQP_URI": addresses.amqp_uris.get(service, addresses.amqp_uri),
            "MONGODB_URI": addresses.mongodb_uri,
            "DATABASE_PREFIX": addresses.database_prefix,
            "HTTP_HOST": HOST,
            f"{service.upper()}_PORT": str(addresses.ports[service]),
            "TOKEN_PUBLIC_KEY_FILE": str(keys.token_public),
            "PORTAL_ORIGIN": addresses.url("portal"),
        }
        | (urls if service == "portal" else {})
        | (dict(addresses.channels) if service == "notifications" else {})
        | _secrets(service, keys)
    )


def _secrets(service: str, keys: Keys) -> dict[str, str]:
    """Return the paths of the secrets that are this service's alone."""
    if service == "portal":
        return {"TOKEN_PRIVATE_KEY_FILE": str(keys.token_private)}
    own = {f"{service.upper()}_VAULT_KEY_FILE": str(keys.vault(service))}
    if service == "referrals":
        own["BLIND_INDEX_KEY_FILE"] = str(keys.blind_index)
    return own


def is_ready(url: str) -> bool:
    """Does the process at this base URL say that it can do its work?"""
    try:
        with urlopen(f"{url}/health/ready", timeout=ASK_WITHIN_S) as answer:  # noqa: S310 - loopback
            return bool(answer.status == HTTPStatus.OK)
    except (URLError, OSError):
        return False
