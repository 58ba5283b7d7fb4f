"""docker-compose.yml as tests read it: what is in it, with what is filled in, and what is read."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from shutil import which
from typing import Any

import pytest
import yaml

from deploy.local.layout import ROOT
from services.chassis import settings as chassis

FILE = ROOT / "docker-compose.yml"
TEXT = FILE.read_text(encoding="utf-8")
SYSTEM: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = SYSTEM["services"]
ONCE = "mongo-users"
OURS = {
    name: one
    for name, one in SERVICES.items()
    if one.get("image") == "turning-the-page" and name != ONCE
}
CHANNELS = {"services.notifications": ("services.notifications.channels.registry",)}
VARIABLE = re.compile(r"\$\{([A-Z_]+)[^}]*\}")


class Noted(dict[str, str]):
    """An environment that remembers which of its names anybody asked for."""

    def __init__(self, told: Mapping[str, str]) -> None:
        super().__init__(told)
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return super().__getitem__(key)


def made(folder: Path) -> dict[str, str]:
    """Return the variables that are filled in, from what the command made in a folder."""
    lines = (folder / "compose.env").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)


def environment(name: str, variables: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return the environment of one of our containers, filled in; secrets lie in the folder."""
    told = OURS[name]["environment"]
    filled = {key: VARIABLE.sub(lambda m: variables[m[1]], value) for key, value in told.items()}
    return {key: _secret(value, folder) for key, value in filled.items()}


def _secret(value: str, folder: Path) -> str:
    if not value.startswith("/run/secrets/"):
        return value
    file = SYSTEM["secrets"][Path(value).name]["file"]
    return str(folder / "secrets" / Path(file).name)


def read_all(name: str, told: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Read all settings of a container's process out of an environment; return their names.

    Raises:
        BadSettings: one is missing or wrong.

    """
    noted = Noted(told)
    module, *arguments = OURS[name]["command"]
    with monkeypatch.context() as patched:
        patched.setattr(os, "environ", noted)
        if module != "services.portal":
            service = module.removeprefix("services.")
            chassis.read_settings(service, arguments[-1] if arguments else "all")
        rooms = [f"{module}.settings", *CHANNELS.get(module, ())]
        for reader in (reader for room in rooms for reader in _readers(room)):
            reader()
    return noted.asked


def _readers(module: str) -> list[Any]:
    """Return what reads settings in a module, and was written there."""
    found = inspect.getmembers(import_module(module), inspect.isfunction)
    return [
        function
        for name, function in found
        if name.startswith("read_")
        and function.__module__ == module
        and "env" in inspect.signature(function).parameters
    ]


def config(folder: Path) -> subprocess.CompletedProcess[str] | None:
    """Have the system's own docker-compose read the file; None where there is none."""
    command = _command()
    if command is None:
        return None
    whole = [*command, "-f", FILE, "--env-file", folder / "compose.env", "config"]
    environment = {name: value for name, value in os.environ.items() if "COMPOSE" not in name}
    return subprocess.run(
        whole, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def _command() -> list[str] | None:
    if which("docker-compose"):
        return ["docker-compose"]
    if which("docker"):
        asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        return ["docker", "compose"] if asked.returncode == 0 else None
    return None
