"""A short run of `make chaos`: it ends well, and says so in its last line and its exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.layout import ROOT

SEED, MINUTES = "11", "0.4"
FIGURES = {
    *("accepted", "lost", "duplicated", "stuck", "faults", "max_recovery_s"),
    *("alert_p99_ms", "alert_p50_ms", "alerts", "sessions", "seed"),
}


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("startable")
def test_a_short_run_loses_nothing_and_says_so(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.chaos", "--minutes", MINUTES, "--seed", SEED]
    done = subprocess.run(
        [*command, "--folder", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told.keys() >= FIGURES
    assert (told["lost"], told["duplicated"], told["stuck"]) == (0, 0, 0)
    assert told["accepted"] > 5
    assert told["faults"] >= 2
    assert told["alerts"] > 0


def test_make_passes_minutes_and_seed_on() -> None:
    command = ["make", "--dry-run", "chaos", "MINUTES=30", "SEED=7"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "deploy.local chaos --minutes 30 --seed 7" in told
