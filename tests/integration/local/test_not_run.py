"""A test that could not run is named at the end, and on a build machine it is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.layout import ROOT

CAMEL = """
from tests.support.not_run import not_run
def test_a_camel_drinks(): not_run("there is no camel: buy one")
def test_one_and_one(): assert 1 + 1 == 2
"""


def run(folder: Path, workers: int, ci: str) -> tuple[int, str]:
    """Run the tests about camels, and return exit code and output."""
    (folder / "test_camel.py").write_text(CAMEL)
    (folder / "conftest.py").write_text("from tests.conftest import *\n")
    options = ("-p", "no:pytest_nameko", "-p", "no:cacheprovider", "-q", "-n", str(workers))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize(("ci", "exit_code"), [("", 0), ("true", 1)])
def test_what_could_not_run_is_named(tmp_path: Path, workers: int, ci: str, exit_code: int) -> None:
    code, output = run(tmp_path, workers, ci)
    assert code == exit_code, output
    named = [line for line in output.splitlines() if line.startswith("not run:")]
    assert named == ["not run: test_camel.py::test_a_camel_drinks: there is no camel: buy one"]
    assert "1 passed, 1 skipped" in output.splitlines()[-1]
