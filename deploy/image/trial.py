"""The demonstration, played through services that run from the image."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from deploy.image.engines import Engine, Ran, user
from deploy.local import commands, services
from deploy.local.children import Child
from deploy.local.keys import Keys
from deploy.local.layout import ROOT, VAR, Layout
from deploy.local.services import Addresses, Start

HERE = Layout(VAR / "image")


def tried(engine: Engine, image: str) -> int:
    """Start everything, play, judge, stop; return 0 only if everything came as it must."""
    ran: list[Ran] = []
    try:
        return commands.demo(HERE, _from(engine, image, ran))
    finally:
        for each in ran:
            for command in each.afterwards:
                subprocess.run(command, cwd=ROOT, check=False, capture_output=True)


def _from(engine: Engine, image: str, ran: list[Ran]) -> Start:
    def start(service: str, addresses: Addresses, keys: Keys, log: Path) -> Child:
        _hand_over(keys.folder)
        told = services.told(service, addresses, keys)
        ran.append(engine.run(image, [f"services.{service}"], told, keys.folder))
        around = services.settings(service, addresses, keys)
        return Child(log.stem, ran[-1].command, log=log, environment=around, cwd=ROOT)

    return start


def _hand_over(secrets: Path) -> None:
    """Let the user of the image read its secrets, where we are root."""
    if os.getuid() == 0:
        for path in (secrets, *secrets.iterdir()):
            shutil.chown(path, user())
