"""Lock files hold everything that the project names, and start-up can read them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from deploy.local.bootstrap import BENCH_LOCK, EMBEDDED_DATABASE, RUNTIME_LOCK, TEST_LOCK
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
    [
        (RUNTIME_LOCK, RUNTIME),
        (TEST_LOCK, RUNTIME + OPTIONAL["test"]),
        (BENCH_LOCK, RUNTIME + OPTIONAL["bench"]),
    ],
    ids=["runtime", "test", "bench"],
)
def test_a_lock_holds_all_that_is_named(lock: Path, requirements: list[str]) -> None:
    missing = names(requirements) - set(PINNED.findall(lock.read_text()))
    assert not missing, f"run: make lock ({', '.join(sorted(missing))})"


def pins(lock: Path) -> set[str]:
    return set(re.findall(r"^\S+==\S+", lock.read_text(), re.M))


def versions(lock: Path) -> dict[str, str]:
    return dict(pin.split("==") for pin in pins(lock))


@pytest.mark.parametrize("lock", [TEST_LOCK, BENCH_LOCK], ids=["test", "bench"])
def test_a_lock_holds_the_runtime_s_versions(lock: Path) -> None:
    assert pins(RUNTIME_LOCK) <= pins(lock)


def test_what_is_in_two_locks_has_one_version() -> None:
    tests, bench = versions(TEST_LOCK), versions(BENCH_LOCK)
    both = tests.keys() & bench.keys()
    assert {name: tests[name] for name in both} == {name: bench[name] for name in both}


def test_the_embedded_database_is_the_one_of_the_extra() -> None:
    assert OPTIONAL["embedded"] == [EMBEDDED_DATABASE.replace(">=", " >=", 1)]
