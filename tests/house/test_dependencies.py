"""The dependency rule holds, and the check that says so would notice if it did not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT, SERVICES, Source, faults, files, python

FRAMES = ("nameko", "eventlet", "kombu")
FRAME_LIVES_IN = (
    "services/chassis/deadline.py",
    "services/chassis/jobs.py",
    "services/chassis/launcher.py",
    "services/chassis/process.py",
    "services/chassis/timing.py",
    "services/chassis/wiring.py",
    "services/chassis/messaging/consume.py",
    "services/chassis/web/",
)
VIOLATIONS = {
    "a service imports another": ("risk/usecases.py", "services.referrals.domain.model"),
    "a domain imports the database": ("referrals/domain/model.py", "pymongo"),
    "a use case imports a schema library": ("sessions/usecases.py", "marshmallow"),
    "a door opens the database": ("notifications/api/alerts.py", "pymongo"),
    "the chassis knows a service": ("chassis/clock.py", "services.risk.domain.model"),
    "contracts know the chassis": ("contracts/dash.py", "services.chassis.clock"),
    "the portal imports the frame": ("portal/app.py", "nameko"),
    "the relay imports the frame": ("chassis/messaging/relay.py", "eventlet"),
    "a domain knows its use cases": ("risk/domain/model.py", "services.risk.usecases"),
}


def lint_imports(tree: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources, to break."""
    for one in files("services/**"):
        if one.path.suffix == ".py":
            place = tmp_path / one.name
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one.path, place)
    shutil.copyfile(ROOT / ".importlinter", tmp_path / ".importlinter")
    return tmp_path


def test_the_dependency_rule_holds() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(("room", "imported"), VIOLATIONS.values(), ids=VIOLATIONS)
def test_the_check_notices_that(room: str, imported: str, copy: Path) -> None:
    broken = copy / "services" / room
    broken.write_text(f"{broken.read_text(encoding='utf-8')}\nimport {imported}\n")
    result = lint_imports(copy)
    assert result.returncode != 0
    assert "BROKEN" in result.stdout
    assert imported in result.stdout


def test_domain_and_use_cases_need_only_the_standard_library() -> None:
    found = [
        f"{one.name}:{line} imports {name}"
        for service in SERVICES
        for one in python(f"services/{service}/domain/", f"services/{service}/usecases.py")
        for line, name in one.imports
        if not is_pure(name, service)
    ]
    assert not found, faults(found)


def is_pure(imported: str, service: str) -> bool:
    own = f"services.{service}.domain"
    is_own = imported == own or imported.startswith(f"{own}.")
    return is_own or imported.split(".", maxsplit=1)[0] in sys.stdlib_module_names


def test_the_frame_is_touched_only_where_it_is_wrapped() -> None:
    found = [
        f"{one.name}:{line} imports {name}"
        for one in python("services/")
        for line, name in one.imports
        if name.split(".")[0] in FRAMES and not may_touch_the_frame(one)
    ]
    assert not found, faults(found)


def may_touch_the_frame(source: Source) -> bool:
    return source.name.startswith(FRAME_LIVES_IN)
