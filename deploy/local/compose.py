"""Make what docker-compose.yml needs beside the images: `python -m deploy.local.compose --demo`.

Keys, the broker's definitions and an environment file, in var/compose, for this machine only. What
is there already is kept. Containers run as whoever runs this, so that they can read the keys.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.local.broker import VHOST
from deploy.local.definitions import definitions
from deploy.local.keys import Keys, ensure_keys, ensure_password
from deploy.local.layout import ROOT, Layout
from deploy.local.services import SERVICES
from services.operations.grants import EXPORTER

COMPOSE = Layout(ROOT / "var" / "compose")  # where docker-compose.yml looks
PROJECT = "turning-the-page"
ADMINISTRATOR = "administrator"
DEMO_ORIGIN = "http://localhost:8080"
COLLECTOR = "http://traces:4318"
CAUGHT = {
    "SMTP_HOST": "mail",
    "SMTP_PORT": "1025",
    "SMTP_SECURITY": "none",
    "MAIL_FROM": "alerts@casework.example",
}
SENT = {"SMTP_HOST": "", "SMTP_PORT": "587", "SMTP_SECURITY": "starttls", "MAIL_FROM": ""}
CALLED = {
    "page-webhook": "what wakes whoever is on call",
    "ticket-webhook": "what keeps tickets for the next working day",
    "heartbeat-webhook": "who outside rings when nothing has come for three minutes",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the files, and say how to go on; 78 (EX_CONFIG) while it is open whom to call."""
    asked = _parser().parse_args(arguments)
    keys = ensure_keys(COMPOSE.secrets)
    _ensure_secrets(keys)
    _ensure_definitions(keys)
    for folder in ("alertmanager", "mongo"):
        (COMPOSE.base / folder).mkdir(mode=0o700, exist_ok=True)
    environment = COMPOSE.base / "compose.env"
    environment.touch(mode=0o600)
    environment.write_text("".join(f"{line}\n" for line in _environment(asked, keys)))
    nobody = [] if asked.demo else _without_an_address(keys.folder)
    sys.stdout.writelines(nobody)
    sys.stdout.write(f"docker compose --env-file {environment} up --build\n")
    return os.EX_CONFIG if nobody else os.EX_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m deploy.local.compose", description=__doc__)
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--demo", action="store_true", help="this machine alone, mails are caught")
    kind.add_argument("--origin", type=_https, help="how people reach it: https://casework.example")
    parser.add_argument("--traces", action="store_true", help="take traces, and show them")
    return parser


def _https(origin: str) -> str:
    if not origin.startswith("https://"):
        raise argparse.ArgumentTypeError("begins with https://")
    return origin


def _ensure_secrets(keys: Keys) -> None:
    ensure_password(keys.folder / "grafana-password")
    ensure_password(keys.folder / "mongo-member-key")
    for name in (*SERVICES, ADMINISTRATOR, EXPORTER):
        ensure_password(keys.folder / f"{name}-mongodb-password")
    for name in (*SERVICES, ADMINISTRATOR):
        _write(keys.folder / f"{name}-mongodb-uri", _mongodb_uri(keys, name))
    for name in SERVICES:
        bus = f"amqp://{name}:{keys.bus_password(name)}@rabbitmq:5672/{VHOST}"
        _write(keys.folder / f"{name}-bus-uri", bus)
    for name in CALLED:
        (keys.folder / name).touch(mode=0o600)


def _mongodb_uri(keys: Keys, name: str) -> str:
    """Return where a user of MongoDB comes in; that of a service belongs to its own database."""
    password = (keys.folder / f"{name}-mongodb-password").read_text(encoding="utf-8")
    home = name if name in SERVICES else "admin"
    return f"mongodb://{name}:{password}@mongo:27017/?replicaSet=casework&authSource={home}"


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _ensure_definitions(keys: Keys) -> None:
    told = COMPOSE.base / "definitions.json"
    if not told.exists():
        told.write_text(json.dumps(definitions([VHOST], keys.bus_users())))
        told.chmod(0o644)  # the broker's image has a user of its own; passwords are hashed here


def _without_an_address(folder: Path) -> list[str]:
    """Return a line for each address that nobody has written down yet."""
    return [
        f"nobody is called: write into {folder / name} the address of {who}\n"
        for name, who in CALLED.items()
        if not (folder / name).read_text().strip()
    ]


def _environment(asked: argparse.Namespace, keys: Keys) -> list[str]:
    origin: str | None = asked.origin
    profiles = ["edge" if origin else "demo", *(["traces"] if asked.traces else [])]
    return [
        f"COMPOSE_PROJECT_NAME={PROJECT}",
        f"COMPOSE_PROFILES={','.join(profiles)}",
        f"CASEWORK_USER={os.getuid()}:{os.getgid()}",
        f"CASEWORK_MODE={'production' if origin else 'local'}",
        f"EXPORTER_MONGODB_URI={_mongodb_uri(keys, EXPORTER)}",
        f"PORTAL_ORIGIN={origin or DEMO_ORIGIN}",
        f"OTEL_EXPORTER_OTLP_ENDPOINT={COLLECTOR if asked.traces else ''}",
        f"ALERTING={'alertmanager' if origin else 'demo'}",
        *(f"{name}={value}" for name, value in (SENT if origin else CAUGHT).items()),
    ]


if __name__ == "__main__":
    sys.exit(main())
