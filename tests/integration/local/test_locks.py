"""Lock files hold everything that the project names, and start-up can read them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from deploy.local.bootstrap import EMBEDDED_DATABASE, RUNTIME_LOCK, TEST_LOCK
from deploy.local.layout import ROOT

NAME = re.compile(r"^([A-Za-z0-9._-]+)")
PINNED = re.compile(r"^([a-z0-9-]+)==", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUNTIME = PROJECT["dependencies"]
OPTIONAL = PROJECT["optional-dependencies"]


def names(requirements: list[str]) -> set[str]:
    found = [NAME.match(requirement) for requirement in requirements]
    return {re.sub(r"[._]", "-", match[1].lower()) for match in found if match}


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [(RUNTIME_LOCK, RUNTIME), (TEST_LOCK, RUNTIME + OPTIONAL["test"])],
    ids=["runtime", "test"],
)
def test_a_lock_holds_all_that_is_named(lock: Path, requirements: list[str]) -> None:
    missing = names(requirements) - set(PINNED.findall(lock.read_text()))
    assert not missing, f"run: make lock ({', '.join(sorted(missing))})"


def test_both_locks_agree() -> None:
    pins = [
        set(re.findall(r"^\S+==\S+", lock.read_text(), re.M)) for lock in (RUNTIME_LOCK, TEST_LOCK)
    ]
    assert pins[0] <= pins[1]


def test_the_embedded_database_is_the_one_of_the_extra() -> None:
    assert OPTIONAL["embedded"] == [EMBEDDED_DATABASE.replace(">=", " >=", 1)]
