"""What a broker is told at its start: virtual hosts, users with their rights, and the policies."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from deploy.local.layout import ROOT
from services.contracts.catalogue import CONTRACTS

POLICIES = ROOT / "deploy" / "rabbitmq" / "policies.json"
OWNER, OPERATOR = "casework", "operator"
SALT_BYTES = 4  # RabbitMQ's format of a hashed password


@dataclass(frozen=True, slots=True)
class BusUser:
    """A user of the bus; rights are regular expressions over names of queues and exchanges."""

    name: str
    password: str
    configure: str = ".*"
    write: str = ".*"
    read: str = ".*"


def service_user(service: str, password: str) -> BusUser:
    """Return the user of one service.

    It speaks on its own exchange only, and reads its own queues only. Since either side may start
    first, it may declare the exchanges of whom it hears and the queues of those who hear it. It may
    answer whom it hears, and write to the default exchange, by which its retry ladder leads back to
    its own queues.
    """
    said = sorted({each.type for each in CONTRACTS if each.publisher == service})
    heard = sorted({each.publisher for each in CONTRACTS if service in each.hearers})
    answered = sorted({each.publisher for each in CONTRACTS if service in each.lasting_hearers})
    mine = rf"{service}\..*" + (rf"|[a-z]+\.({'|'.join(said)})\.v[0-9]+" if said else "")
    events = rf"({'|'.join(heard)})\.events"
    answers = rf"({'|'.join((service, *answered))})\.heard"
    return BusUser(
        name=service,
        password=password,
        configure=rf"^({mine}|{events}|{answers})$",
        write=rf"^({mine}|amq\.default|{answers})$",
        read=rf"^({service}\..*|{events})$",
    )


def operator_user(password: str) -> BusUser:
    """Return the user of the command line for operators.

    It reads dead letters, sends them back to their queues by the default exchange or answers for
    those that it drops, and declares nothing but the queues by which one operator at a time has a
    consumer's dead letters.
    """
    return BusUser(
        name=OPERATOR,
        password=password,
        configure=r"^[a-z]+\.dead-letters\.desk$",
        write=r"^(amq\.default|[a-z]+\.heard)$",
        read=r"^[a-z]+\.dead-letters$",
    )


def definitions(vhosts: Iterable[str], users: Iterable[BusUser]) -> dict[str, Any]:
    """Return the definitions of a broker on which each user has its rights in all these hosts."""
    hosts, known = list(vhosts), list(users)
    return {
        "users": [_user(user) for user in known],
        "vhosts": [{"name": host} for host in hosts],
        "permissions": [_permission(user, host) for host in hosts for user in known],
        "policies": [policy | {"vhost": host} for host in hosts for policy in policies()],
    }


def policies() -> list[dict[str, Any]]:
    """Return the policies that hold everywhere, for the default virtual host."""
    found: list[dict[str, Any]] = json.loads(POLICIES.read_text())["policies"]
    return found


def _user(user: BusUser) -> dict[str, Any]:
    return {
        "name": user.name,
        "password_hash": hashed(user.password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": "",
    }


def _permission(user: BusUser, vhost: str) -> dict[str, str]:
    rights = {"configure": user.configure, "write": user.write, "read": user.read}
    return {"user": user.name, "vhost": vhost, **rights}


def hashed(password: str) -> str:
    """Return a password as RabbitMQ stores it: base64 of salt and SHA-256 of salt and password."""
    salt = secrets.token_bytes(SALT_BYTES)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
