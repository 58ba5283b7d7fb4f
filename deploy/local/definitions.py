"""What a private broker is told at its start: virtual hosts, our user, and the policies."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from typing import Any

from deploy.local.layout import ROOT

POLICIES = ROOT / "deploy" / "rabbitmq" / "policies.json"
USER = "casework"
SALT_BYTES = 4  # RabbitMQ's format of a hashed password


def definitions(vhosts: Iterable[str], password: str) -> dict[str, Any]:
    """Return the definitions of a broker on which `USER` may do everything in these hosts."""
    hosts = list(vhosts)
    return {
        "users": [
            {
                "name": USER,
                "password_hash": hashed(password),
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": "",
            }
        ],
        "vhosts": [{"name": host} for host in hosts],
        "permissions": [
            {"user": USER, "vhost": host, "configure": ".*", "write": ".*", "read": ".*"}
            for host in hosts
        ],
        "policies": [policy | {"vhost": host} for host in hosts for policy in policies()],
    }


def policies() -> list[dict[str, Any]]:
    """Return the policies that hold everywhere, for the default virtual host."""
    found: list[dict[str, Any]] = json.loads(POLICIES.read_text())["policies"]
    return found


def hashed(password: str) -> str:
    """Return a password as RabbitMQ stores it: base64 of salt and SHA-256 of salt and password."""
    salt = secrets.token_bytes(SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
