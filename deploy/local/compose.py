"""Make what docker-compose.yml needs beside the images: `python -m deploy.local.compose`.

Keys, the broker's definitions and an environment file, in var/compose, for this machine only. What
is there already is kept. Containers run as whoever runs this, so that they can read the keys.
"""

from __future__ import annotations

import json
import os
import sys

from deploy.local.broker import VHOST
from deploy.local.definitions import definitions
from deploy.local.keys import Keys, ensure_keys
from deploy.local.layout import ROOT, Layout
from deploy.local.services import SERVICES

COMPOSE = Layout(ROOT / "var" / "compose")  # where docker-compose.yml looks


def main() -> int:
    """Make the files, and say how to go on."""
    keys = ensure_keys(COMPOSE.secrets)
    told = COMPOSE.base / "definitions.json"
    if not told.exists():
        told.write_text(json.dumps(definitions([VHOST], keys.bus_users())))
        told.chmod(0o644)  # the broker's image has a user of its own; passwords are hashed here
    environment = COMPOSE.base / "compose.env"
    environment.touch(mode=0o600)
    environment.write_text("".join(f"{line}\n" for line in _environment(keys)))
    sys.stdout.write(f"docker compose --env-file {environment} up --build\n")
    return os.EX_OK


def _environment(keys: Keys) -> list[str]:
    uris = [
        f"{name.upper()}_AMQP_URI=amqp://{name}:{keys.bus_password(name)}@rabbitmq:5672/{VHOST}"
        for name in SERVICES
    ]
    return [f"CASEWORK_USER={os.getuid()}:{os.getgid()}", *uris]


if __name__ == "__main__":
    sys.exit(main())
