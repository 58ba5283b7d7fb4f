"""`make run` as a person uses it: one sentence when it cannot, and nothing left when it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from deploy.local import ports
from deploy.local.layout import ROOT, Layout
from deploy.local.services import is_ready
from services.operations.settings import CONSUMERS, NAMING
from tests.support import until

pytestmark = pytest.mark.usefixtures("startable")

RUN = (sys.executable, "-m", "deploy.local.commands", "run", "--no-play", "--json")


@dataclass(frozen=True)
class System:
    """What a test knows of a running system."""

    pid: int
    folder: Path
    told: Any


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Return an environment for a system of its own, on free ports."""
    free = ports.free(len(ports.DEFAULTS))
    own = {ports.setting(name): str(port) for name, port in zip(ports.DEFAULTS, free, strict=True)}
    return {**os.environ, **own, "CASEWORK_VAR": str(folder), **settings}


@contextmanager
def running(folder: Path) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Run the system until it says where everything is."""
    with subprocess.Popen(
        RUN, cwd=ROOT, env=environment(folder), stdout=subprocess.PIPE, text=True
    ) as system:
        try:
            assert system.stdout is not None
            yield system, json.loads(system.stdout.readline())
        finally:
            system.send_signal(signal.SIGTERM)


def family(pid: int) -> set[int]:
    """Return a process and everything that descends from it."""
    parents = dict(_parents())
    found = {pid}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            yield int(entry.parent.name), int(fields[1])


def alive(pids: set[int]) -> set[int]:
    return pids & {pid for pid, _ in _parents()}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_however_it_ends(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path / "var") as (system, told):
        assert is_ready(told["urls"]["portal"])
        everything = family(system.pid)
        names = {Path(f"/proc/{pid}/comm").read_text().strip() for pid in everything}
        assert {"epmd", "beam.smp", "erl_child_setup", "inet_gethost"} <= names
        system.send_signal(number)
        system.wait(30)
        until(lambda: not alive(everything), within=10)
    if number == signal.SIGINT:
        assert not Layout(tmp_path / "var").operators.exists()
        assert system.returncode == os.EX_OK


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A running system, with its process id, its folder and what it told."""
    folder = tmp_path_factory.mktemp("system") / "var"
    with running(folder) as (process, told):
        yield System(process.pid, folder, told)


def test_mail_is_caught_and_shown(system: System) -> None:
    with urlopen(f"{system.told['mail']}/messages") as answer:  # noqa: S310 - loopback
        assert json.load(answer) == {"messages": []}
    process = pid_of("services.notifications", system.pid)
    settings = Path(f"/proc/{process}/environ").read_text().split("\0")
    assert {"SMTP_HOST=127.0.0.1", "SMTP_SECURITY=none", "SMTP_PASSWORD_FILE="} <= set(settings)


def test_a_service_that_dies_is_back(system: System) -> None:
    url = system.told["urls"]["risk"]
    first = pid_of("services.risk", system.pid)
    os.kill(first, signal.SIGKILL)
    until(lambda: pid_of("services.risk", system.pid) != first, within=10)
    until(lambda: is_ready(url), within=30)


def test_a_second_system_in_the_same_folder_is_refused(system: System) -> None:
    assert f"(process {system.pid})" in refused(system.folder)


def test_operators_find_it_as_long_as_it_runs(system: System) -> None:
    told = Layout(system.folder).operators
    assert told.stat().st_mode & 0o777 == 0o600
    done = outreach(system, "dead-letters", "list")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": 0 dead letters") == len(CONSUMERS)


def test_who_is_on_duty_is_told_without_any_setting(system: System) -> None:
    done = outreach(system, "rota", "--json")
    assert (done.returncode, done.stderr.count("open: ")) == (1, 1), done.stderr
    areas = json.loads(done.stdout)["areas"]
    assert areas
    assert not any(each["tiers"] for each in areas)


def test_the_doctor_sees_all_of_it_and_that_it_is_well(system: System) -> None:
    said = until(lambda: well(system), within=60)
    assert said.count(" is ready") == len(system.told["urls"])
    assert "not permitted" not in said


def well(system: System) -> str:
    """Return what the doctor says when all is well; the service killed before may still recover."""
    done = outreach(system, "doctor")
    assert done.returncode == 0, done.stdout
    return done.stdout


def outreach(system: System, *arguments: str) -> subprocess.CompletedProcess[str]:
    unnamed = {name: value for name, value in os.environ.items() if name not in NAMING}
    return subprocess.run(
        [ROOT / "outreach", *arguments],
        env=unnamed | {"CASEWORK_VAR": str(system.folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def pid_of(module: str, parent: int) -> int:
    [found] = [
        pid
        for pid in family(parent)
        if module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return found


def refused(folder: Path, **settings: str) -> str:
    """Return the one sentence with which a start is refused."""
    done = subprocess.run(
        RUN,
        cwd=ROOT,
        env=environment(folder, **settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    return done.stderr.strip().splitlines()[-1]


def test_a_port_in_use_is_named_with_who_holds_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        sentence = refused(tmp_path, PORTAL_PORT=str(port))
    assert f"port {port} (for portal) is in use by " in sentence
    assert f"(process {os.getpid()})" in sentence
    assert "PORTAL_PORT=" in sentence


def test_a_port_that_is_none_is_named(tmp_path: Path) -> None:
    assert "RISK_PORT=many is no port" in refused(tmp_path, RISK_PORT="many")


def test_a_broker_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    sentence = refused(tmp_path, AMQP_URI=f"amqp://u:secret@127.0.0.1:{ports.free(1)[0]}/v")
    assert "AMQP_URI names a broker that does not answer" in sentence
    assert "secret" not in sentence
