"""`./outreach` finds the system that runs here, or says how to get one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.local import ports
from deploy.local.layout import ROOT, Layout
from services.operations.settings import NAMING
from tests.integration.operations.desk_work import Operator, Said, queues

SCRIPT = ROOT / "outreach"


def outreach(folder: Path, *arguments: str, script: Path = SCRIPT, **settings: str) -> Said:
    """Run the script where the environment names nothing but what a test gives."""
    unnamed = {name: value for name, value in os.environ.items() if name not in NAMING}
    done = subprocess.run(
        [str(script), *arguments],
        env={**unnamed, "CASEWORK_VAR": str(folder), **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def told(tmp_path: Path, operator: Operator, broker: Any) -> Path:
    """A folder in which a running system has left where it is."""
    queues(broker)
    settings = operator.environment
    lines = (f"{name}='{settings[name]}'\n" for name in ("AMQP_URI", "MONGODB_URI"))
    Layout(tmp_path).operators.write_text("".join(lines))
    return tmp_path


def test_it_takes_what_a_running_system_has_left(told: Path) -> None:
    said = outreach(told, "dead-letters", "list", "--queue", "risk")
    assert (said.code, said.out) == (0, "risk: 0 dead letters\n"), said.err


def test_where_no_system_runs_it_says_how_to_start_one(tmp_path: Path) -> None:
    said = outreach(tmp_path, "dead-letters", "list")
    assert said.code == 2
    assert said.err == (
        "Error: nothing says where the bus is: start it with make run, or set AMQP_URI.\n"
    )


def test_where_the_system_has_ended_it_says_how_to_start_one(tmp_path: Path) -> None:
    gone = f"AMQP_URI=amqp://operator:x@127.0.0.1:{ports.free(1)[0]}/casework\n"
    Layout(tmp_path).operators.write_text(gone)
    said = outreach(tmp_path, "dead-letters", "list")
    assert said.code == 2
    assert "does not answer" in said.err
    assert "start it with make run" in said.err


def test_half_a_system_in_the_environment_is_not_filled_up_with_another(
    told: Path, operator: Operator
) -> None:
    uri = operator.environment["MONGODB_URI"]
    assert outreach(told, "dead-letters", "list", MONGODB_URI=uri).code == 2
    assert outreach(told, "dead-letters", "list", RISK_MONGO_URI=uri).code == 2


def test_the_environment_goes_first(told: Path) -> None:
    nowhere = f"amqp://u:p@127.0.0.1:{ports.free(1)[0]}/v"
    assert outreach(told, "dead-letters", "list", AMQP_URI=nowhere).code == 2


def test_without_its_programs_it_says_what_to_type(tmp_path: Path) -> None:
    script = shutil.copy(SCRIPT, tmp_path)
    said = outreach(tmp_path, "--help", script=Path(script))
    assert (said.code, said.err) == (
        2,
        "outreach: there is no .venv here yet; type: make setup\n",
    )


def test_help_says_where_it_looks_and_how_it_ends(tmp_path: Path) -> None:
    said = " ".join(outreach(tmp_path, "--help").out.split())
    assert "var/outreach.env" in said
    assert "Exit codes: 0 done; 1 something was refused or left; 2" in said
