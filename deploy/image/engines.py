"""What builds images and runs programs from them: Docker, Podman or Buildah."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from deploy.local.layout import ROOT
from deploy.local.refusal import CannotGoOn

FILE = "deploy/Dockerfile"
DOCKERS = ("--format=docker",)  # the other form of images has no health check
NOBODY_IN_PARTICULAR = 10001  # as whom the image runs by itself


class Engine(Protocol):
    """Builds images and runs programs from them."""

    def build(self, tag: str, base: str | None) -> list[str]:
        """Return the command that builds the image, on another base where one is named."""

    def run(self, image: str, arguments: Sequence[str], told: Mapping[str, str], seen: Path) -> Ran:
        """Return how a service is run, with which settings of ours, and what it sees of ours."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A command, and what is to be run when it has ended."""

    command: list[str]
    afterwards: tuple[list[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Containers:
    """Docker, or Podman, which takes the same words."""

    program: str
    form: tuple[str, ...] = ()

    def build(self, tag: str, base: str | None) -> list[str]:
        """Return the command that builds the image."""
        return [self.program, "build", *self.form, "--file", FILE, *_on(base), "--tag", tag, "."]

    def run(self, image: str, arguments: Sequence[str], told: Mapping[str, str], seen: Path) -> Ran:
        """Return how a service is run, with as few rights as in production."""
        narrow = ["--read-only", "--tmpfs=/tmp", "--cap-drop=ALL"]
        around = ["--rm", "--network=host", "--security-opt=no-new-privileges", *narrow]
        bound = ["--user", str(user()), "--volume", f"{seen}:{seen}:ro"]
        return Ran([self.program, "run", *around, *bound, *_said(told), image, *arguments])


@dataclass(frozen=True, slots=True)
class Buildah:
    """Buildah in a changed root, where no containers can be had; needs neither daemon nor rights.

    It narrows nothing but the user.
    """

    program: str = "buildah"

    def build(self, tag: str, base: str | None) -> list[str]:
        """Return the command that builds the image; a base that is named is there already."""
        kept = ["--isolation=chroot", "--pull=never" if base else "--pull"]
        named = ["--file", FILE, *_on(base), "--tag", tag]
        return [*self._own(), "build", *DOCKERS, *kept, *named, "."]

    def run(self, image: str, arguments: Sequence[str], told: Mapping[str, str], seen: Path) -> Ran:
        """Return how a service is run in a container that is made for it, and taken away again.

        Values stand in the command: this engine takes none from the environment.
        """
        container = _output([*self._own(), "from", "--pull=never", image])
        settings = [f"--env={name}={value}" for name, value in told.items()]
        bound = ["--user", str(user()), "--volume", f"{seen}:{seen}:ro", *settings]
        command = [*self._own(), "run", "--isolation=chroot", *bound, container, "--"]
        done = [*self._own(), "rm", container]
        return Ran([*command, "python", "-m", *arguments], (done,))

    def _own(self) -> list[str]:
        return [self.program, "--storage-driver=vfs"]


ENGINES: Mapping[str, Engine] = {
    "docker": Containers("docker"),
    "podman": Containers("podman", DOCKERS),
    "buildah": Buildah(),
}


def engine(wanted: str | None) -> Engine:
    """Return an engine by name, or the first that works here.

    Raises:
        CannotGoOn: there is none.

    """
    for name in (wanted,) if wanted else ENGINES:
        if _works(name):
            return ENGINES[name]
    raise CannotGoOn(
        f"none of {', '.join(ENGINES)} works here. Install one: apt-get install buildah"
    )


def user() -> int:
    """Return as whom a service runs: as us, and never as root."""
    return os.getuid() or NOBODY_IN_PARTICULAR


def _works(name: str) -> bool:
    """Does it not only stand there, but answer? Docker's client alone builds nothing."""
    if shutil.which(name) is None:
        return False
    command = [name, "info"]
    return subprocess.run(command, capture_output=True, check=False).returncode == os.EX_OK


def _on(base: str | None) -> list[str]:
    return ["--build-arg", f"BASE={base}"] if base else []


def _said(names: Iterable[str]) -> list[str]:
    """Name what is to be taken from the environment: values would be seen among the processes."""
    return [f"--env={name}" for name in names]


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()
