"""Programs that only tests use, taken out of Debian's packages and not installed.

Installed, each of these packages would start a server of its own on this machine.
"""

from __future__ import annotations

from pathlib import Path
from shutil import which

from deploy.local import packages
from deploy.local.layout import ROOT

FOLDER = ROOT / "var" / "tools"
PACKAGES = {
    "promtool": "prometheus",  # tries the alert rules
    "amtool": "prometheus-alertmanager",  # tries who is told of an alert
    "caddy": "caddy",  # ends TLS at the edge
}


def found(program: str) -> Path | None:
    """Return where a program is: on the path, or taken out of its package."""
    path = which(program) or which(program, path=str(FOLDER / "usr" / "bin"))
    return Path(path) if path else None


def missing() -> list[str]:
    """Return the packages of the programs that are not here."""
    lacking = (package for program, package in PACKAGES.items() if not found(program))
    return list(dict.fromkeys(lacking))


def bring(wanted: list[str]) -> None:
    """Take the programs out of some packages.

    Raises:
        CannotGoOn: this system has no apt, or its lists are empty and this user may not fetch them.

    """
    packages.unpack(FOLDER, *wanted)
