"""Prometheus takes its configuration, and each alert fires and stays silent when it must."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.local import tools
from deploy.local.layout import ROOT

FOLDER = ROOT / "deploy" / "prometheus"
TESTS = sorted((FOLDER / "tests").glob("*.yml"))
MISSING = "promtool is not here; type: make setup (it is in the package prometheus)"


@pytest.fixture(scope="module")
def promtool() -> Path:
    return tools.found("promtool") or pytest.fail(MISSING)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def rule_files() -> Sequence[Path]:
    return sorted((FOLDER / "rules").glob("*.yml"))


def test_the_configuration_is_one(promtool: Path) -> None:
    done = run(promtool, "check", "config", FOLDER / "prometheus.yml")
    assert done.returncode == 0, done.stderr


def test_the_rules_are_rules(promtool: Path) -> None:
    done = run(promtool, "check", "rules", *rule_files())
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_alerts_fire_and_stay_silent(promtool: Path, path: Path) -> None:
    done = run(promtool, "test", "rules", path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_file_of_rules_has_its_file_of_tests() -> None:
    assert [path.name for path in TESTS] == [path.name for path in rule_files()]
