"""Programs of tests come out of Debian's packages without being installed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from shutil import which

import pytest

from deploy.local import packages, tools
from deploy.local.refusal import CannotGoOn

CONTROL = """\
Package: trial
Version: 1
Architecture: all
Maintainer: nobody <nobody@casework.example>
Description: a package with one program
"""
STARTS_A_SERVER = "#!/bin/sh\ntouch {started}\n"


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """A file that is there when the package has been installed."""
    return tmp_path / "started"


@pytest.fixture
def archive(tmp_path: Path, started: Path) -> Path:
    """A package with a program, and with what starts a server once it is installed."""
    root = tmp_path / "trial"
    write(root / "DEBIAN" / "control", CONTROL)
    write(root / "DEBIAN" / "postinst", STARTS_A_SERVER.format(started=started), mode=0o755)
    write(root / "usr" / "bin" / "trial", "#!/bin/sh\necho tried\n", mode=0o755)
    (root / "DEBIAN").chmod(0o755)  # dpkg-deb asks for it, whatever is usual here
    made = tmp_path / "trial.deb"
    subprocess.run(["dpkg-deb", "--build", root, made], check=True, capture_output=True)
    return made


def write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)


def serve(archive: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an apt-get before the system's that gives this package, wherever it is started."""
    write(folder / "apt-get", f"#!/bin/sh\ncp {archive} .\n", mode=0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_program_is_there_and_nothing_was_installed(
    archive: Path, started: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(archive, tmp_path / "bin", monkeypatch)
    packages.unpack(tmp_path / "tools", "trial")
    program = tmp_path / "tools" / "usr" / "bin" / "trial"
    assert subprocess.run([program], check=True, capture_output=True).stdout == b"tried\n"
    assert not started.exists()
    assert which("trial") is None


def test_where_there_is_no_apt_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotGoOn, match="trial must be installed by hand"):
        packages.unpack(tmp_path / "tools", "trial")


def test_what_lies_in_the_folder_of_tools_is_found_and_no_longer_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tools, "FOLDER", tmp_path / "tools")
    assert tools.missing() == list(tools.PACKAGES.values())
    program = tmp_path / "tools" / "usr" / "bin" / "amtool"
    write(program, "#!/bin/sh\n", mode=0o755)
    assert tools.found("amtool") == program
    assert tools.missing() == [
        package for package in tools.PACKAGES.values() if package != "prometheus-alertmanager"
    ]
