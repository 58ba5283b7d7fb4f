"""Packages of the system, installed or taken apart by apt; else the line to type."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from deploy.local import programs
from deploy.local.refusal import CannotGoOn

LOG = "setup-system"
# Wait for another apt instead of failing beside it.
APT = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300")


def install(*packages: str) -> None:
    """Install packages with what they need and nothing that they only recommend.

    Raises:
        CannotGoOn: this user may not, or this system has no apt; the message says what to type.

    """
    rights = rights_to_install(*packages)
    command = [*rights, *APT, "install", "--no-install-recommends", *packages]
    if not programs.succeeds(command, log=LOG):
        programs.run("apt-get update", [*rights, *APT, "update"], log=LOG)
        programs.run(f"installing {names(packages)}", command, log=LOG)


def unpack(folder: Path, *packages: str) -> None:
    """Take packages apart into a folder: nothing is installed, and none of their servers starts.

    Raises:
        CannotGoOn: this system has no apt, or its lists are empty and this user may not fetch them.

    """
    if which("apt-get") is None or which("dpkg-deb") is None:
        raise CannotGoOn(f"{names(packages)} must be installed by hand: this system has no apt-get")
    with TemporaryDirectory() as fetched:
        _fetch(Path(fetched), packages)
        folder.mkdir(parents=True, exist_ok=True)
        for archive in Path(fetched).glob("*.deb"):
            command = ["dpkg-deb", "-x", str(archive), str(folder)]
            programs.run(f"unpacking {archive.name}", command, log=LOG)


def _fetch(folder: Path, packages: Sequence[str]) -> None:
    command = ["env", "-C", str(folder), "apt-get", "-q", "download", *packages]
    if not programs.succeeds(command, log=LOG):
        rights = rights_to_install(*packages)
        programs.run("apt-get update", [*rights, *APT, "update"], log=LOG)
        programs.run(f"fetching {names(packages)}", command, log=LOG)


def rights_to_install(*packages: str) -> list[str]:
    """Return how apt is started with the right to install.

    Raises:
        CannotGoOn: this user may not, or this system has no apt; the message says what to type.

    """
    if which("apt-get") is None:
        raise CannotGoOn(f"{names(packages)} must be installed by hand: this system has no apt-get")
    rights = _rights()
    if rights is None:
        raise CannotGoOn(
            f"{names(packages)} must be installed, which this user may not do; type: "
            f"sudo apt-get install --no-install-recommends {' '.join(packages)}"
        )
    return rights


def names(packages: Sequence[str]) -> str:
    """Return packages as words of a sentence."""
    return " and ".join(packages)


def _rights() -> list[str] | None:
    quiet = "DEBIAN_FRONTEND=noninteractive"
    if os.geteuid() == 0:
        return ["env", quiet]
    if which("sudo") and _sudo_asks_nothing():
        return ["sudo", "-n", "env", quiet]
    return None


def _sudo_asks_nothing() -> bool:
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return asked.returncode == os.EX_OK
