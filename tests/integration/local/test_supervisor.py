"""Processes are started again when they die, and none is left when the supervisor ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.children import Child
from deploy.local.supervisor import Supervisor
from tests.support import until

SLEEPER = (sys.executable, "-c", "import signal; signal.pause()")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True)\n"
    "while True: signal.pause()",
)
PARENT = """
import sys
from pathlib import Path
from deploy.local.children import Child
child = Child("child", sys.argv[2:], log=Path(sys.argv[1]), environment={}, cwd=Path("/"))
print(child.pid, flush=True)
sys.stdin.read()
"""


class Clock:
    """Time that passes when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Watch:
    """A supervisor with what it told and the starts that it made."""

    def __init__(self, folder: Path) -> None:
        self.told: list[str] = []
        self.clock = Clock()
        self.folder = folder
        self.supervisor = Supervisor(self.told.append, self.clock)

    def add(self, name: str, command: tuple[str, ...] = SLEEPER, stage: str = "services") -> Child:
        return self.supervisor.add(stage, lambda: start(self.folder, name, command))

    def child(self, place: int = 0) -> Child:
        return self.supervisor.children[place]

    def die(self) -> None:
        self.child().kill()
        self.supervisor.look()


def start(folder: Path, name: str, command: tuple[str, ...]) -> Child:
    return Child(name, command, log=folder / f"{name}.log", environment={}, cwd=folder)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    made = Watch(tmp_path)
    yield made
    made.supervisor.stop()


def exists(pid: int) -> bool:
    """Is there such a process, that is not just waiting for its parent to notice its end?"""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_what_dies_is_started_again_after_a_wait_and_told(watch: Watch) -> None:
    first = watch.add("risk")
    watch.die()
    assert watch.child() is first
    watch.clock.now += 0.6
    watch.supervisor.look()
    assert watch.child().is_alive
    assert watch.child().pid != first.pid
    assert len(watch.told) == 1
    assert "risk ended (-9)" in watch.told[0]


def test_each_further_death_waits_longer_up_to_a_bound(watch: Watch) -> None:
    watch.add("risk")
    waits = []
    for _ in range(8):
        watch.die()
        due = watch.supervisor._watched[0].due_at or 0.0
        waits.append(due - watch.clock.now)
        watch.clock.now = due
        watch.supervisor.look()
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_after_a_minute_of_health_a_death_counts_as_the_first(watch: Watch) -> None:
    watch.add("risk")
    for _ in range(3):
        watch.die()
        watch.clock.now += 5.0
        watch.supervisor.look()
    watch.clock.now += 61.0
    watch.die()
    assert watch.supervisor._watched[0].wait_s == 0.5


def test_what_does_not_go_when_asked_is_ended(tmp_path: Path) -> None:
    child = start(tmp_path, "stubborn", STUBBORN)
    until(lambda: "up" in child.log.read_text())
    assert child.stop(within_s=0.2) == -signal.SIGKILL


def test_the_last_stage_is_ended_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    script = (
        "import signal, sys, pathlib\n"
        "def end(*_):\n"
        "    with open(sys.argv[1], 'a') as file: file.write(sys.argv[2])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True)\n"
        "while True: signal.pause()"
    )
    watch = Watch(tmp_path)
    for name, stage in (("d", "database"), ("b", "broker"), ("s", "services")):
        watch.add(name, (sys.executable, "-c", script, str(order), name), stage)
    for child in watch.supervisor.children:
        until(lambda log=child.log: "up" in log.read_text())
    watch.supervisor.stop()
    assert order.read_text() == "sbd"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_children_die_with_their_parent(tmp_path: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path / "log"), *SLEEPER]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=with_sources()
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert exists(child)
        parent.send_signal(number)
    until(lambda: not exists(child))


def with_sources() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
