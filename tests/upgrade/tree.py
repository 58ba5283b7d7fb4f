"""The tree of another release: what of it runs, as it stood at a commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deploy.local.layout import ROOT

RELEASES = "v*"


class NoRelease(Exception):
    """There is no such commit; the message says what to give."""


def latest_release() -> str:
    """Return the latest tag of a release.

    Raises:
        NoRelease: there is none yet, or no history.

    """
    tags = _git("tag", "--list", RELEASES, "--sort=-version:refname").decode().split()
    if not tags:
        raise NoRelease("no release is tagged (v…) yet: give a commit, make upgrade FROM=<commit>")
    return tags[0]


def commit_of(reference: str) -> str:
    """Return the short id of a commit.

    Raises:
        NoRelease: nothing here has this name.

    """
    try:
        return _git("rev-parse", "--short", "--verify", f"{reference}^{{commit}}").decode().strip()
    except NoRelease:
        raise NoRelease(f"{reference} is no commit, branch or tag here") from None


def unpack(commit: str, folder: Path) -> Path:
    """Lay the services of a commit down in a folder, and return it."""
    folder.mkdir(parents=True)
    packed = _git("archive", commit, "services")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    return folder


def _git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise NoRelease(f"no history here: git {arguments[0]} fails in {ROOT}") from None
