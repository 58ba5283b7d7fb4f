"""Make the secrets of an installation: `python -m deploy.kubernetes.secrets FOLDER`.

Writes Secrets to standard output, for `kubectl apply -f -` and for nothing else. What is in FOLDER
is kept and used again; what is missing is made there. FOLDER is the only copy outside the cluster:
without a vault key, what that service has sealed stays sealed for ever.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.local.broker import VHOST
from deploy.local.definitions import OPERATOR
from deploy.local.keys import BUS_SERVICES, SERVICES_WITH_A_VAULT, Keys, ensure_keys

BUS = "rabbitmq:5672"  # the Service that the operator makes for the cluster of this name


def made(folder: Path) -> list[dict[str, Any]]:
    """Return all Secrets of an installation, from the keys and passwords in a folder."""
    keys = ensure_keys(folder)
    return [_secret(name, data) for name, data in (*_keys(keys), *_passwords(keys))]


def _keys(keys: Keys) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    yield "token-public", {"token-public.pem": keys.token_public.read_bytes()}
    yield "token-private", {"token-private.pem": keys.token_private.read_bytes()}
    for service in SERVICES_WITH_A_VAULT:
        own = {"vault.key": keys.vault(service).read_bytes()}
        if service == "referrals":
            own["blind-index.key"] = keys.blind_index.read_bytes()
        yield f"{service}-keys", own


def _passwords(keys: Keys) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    for user in (*BUS_SERVICES, OPERATOR):
        password = keys.bus_password(user)
        uri = f"amqp://{user}:{password}@{BUS}/{VHOST}"
        told = {"username": user, "password": password, "uri": uri}
        yield f"{user}-bus", {name: value.encode() for name, value in told.items()}
    for service in BUS_SERVICES:
        own = _kept(keys.folder / f"{service}-mongodb-password")
        yield f"{service}-mongodb-password", {"password": own}


def _kept(path: Path) -> bytes:
    """Return the password in a file, which is made for this user alone if it is not there."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    password = secrets.token_urlsafe(24).encode()
    with os.fdopen(descriptor, "wb") as file:
        file.write(password)
    return password


def _secret(name: str, data: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": {"app.kubernetes.io/part-of": "turning-the-page"}},
        "type": "Opaque",
        "data": {key: b64encode(value).decode() for key, value in data.items()},
    }


def main() -> int:
    """Write the Secrets, unless a person would read them."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kubernetes.secrets")
    parser.add_argument("folder", type=Path, help="where keys and passwords are kept")
    folder = parser.parse_args().folder
    if sys.stdout.isatty():
        sys.stderr.write("these are secrets: add `| kubectl apply -n NAMESPACE -f -`\n")
        return os.EX_USAGE
    json.dump({"apiVersion": "v1", "kind": "List", "items": made(folder)}, sys.stdout)
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main())
