"""Set this machine up, out of nothing but Python: environment, packages, front end.

Only the standard library is imported here, for nothing else is there yet. What is done is stamped
with a hash of the lock file that it came from, so that a second time takes no time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from deploy.local import packages, programs, tools
from deploy.local.layout import ROOT, VAR, VENV
from deploy.local.progress import Progress

PYTHON = VENV / "bin" / "python"
RUNTIME_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-test.lock"
BENCH_LOCK = ROOT / "requirements-bench.lock"
NODE_LOCK = ROOT / "requirements-node.lock"
FRONT_END_LOCK = ROOT / "package-lock.json"
NODE_MODULES = ROOT / "node_modules"
EMBEDDED_DATABASE = "SecantusDB>=0.7.0b3,<0.8"
BROKER_SCRIPTS = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PIP = ("-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command needs: `tools` are those of tests and checks, `servers` broker and database.

    Tests also need the front end's own test packages, a browser, and what tries the files of
    `deploy`; `bench` is what is measured beside the platform, and measures it.
    """

    tools: bool = False
    bench: bool = False
    servers: bool = True
    front_end: bool = True

    @property
    def tests(self) -> bool:
        """Is this for the whole test suite?"""
        return self.tools and self.servers


def set_up(wanted: Wanted, progress: Progress) -> None:
    """Bring everything that is wanted to this machine, side by side where that is possible.

    Raises:
        CannotGoOn: something cannot be had here; the message says what to type.

    """
    missing = _missing(wanted)
    if missing:
        packages.rights_to_install(*missing)
    with _alone(progress), ThreadPoolExecutor() as side_by_side:
        jobs = [side_by_side.submit(_python_then_front_end, wanted, progress)]
        jobs.append(side_by_side.submit(_packages_then_tools, wanted, missing, progress))
        for job in jobs:
            job.result()


@contextmanager
def _alone(progress: Progress) -> Iterator[None]:
    """Let only one set-up of this folder go on at a time."""
    VAR.mkdir(mode=0o700, exist_ok=True)
    with (VAR / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.line("  waiting for another set-up of this folder to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _python_then_front_end(wanted: Wanted, progress: Progress) -> None:
    with progress.step("Python packages") as step:
        _ensure_environment(progress)
        step.note = _python_packages(wanted)
    if wanted.servers and not _has_database():
        with progress.step("database", "installing the embedded one"):
            _install_database()
    if wanted.front_end:
        with progress.step("front end") as step:
            step.note = _front_end(with_tools=wanted.tools)


def _ensure_environment(progress: Progress) -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], check=False).returncode == os.EX_OK:
        return
    progress.line("  Python packages    ...      installing, once for this folder")
    make = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if not programs.succeeds(make, log="setup-python"):
        packages.install(f"python3.{sys.version_info.minor}-venv")
        programs.run("making .venv", make, log="setup-python")


def _python_packages(wanted: Wanted) -> str:
    """Install what lock files say and is not there yet; return what was done."""
    stamp = VENV / ".casework"
    installed = stamp.read_text().split() if stamp.exists() else []
    if _digest(RUNTIME_LOCK) not in installed:
        installed = []
    missing = [lock for lock in _locks(wanted) if _digest(lock) not in installed]
    for lock in missing:
        _pip(lock)
    added = [_digest(lock) for lock in (RUNTIME_LOCK, *missing)]
    stamp.write_text("\n".join(dict.fromkeys([*installed, *added])))
    return f"from {missing[-1].name}" if missing else "already there"


def _locks(wanted: Wanted) -> list[Path]:
    """Return the lock files that are needed; each of them holds what the system runs on."""
    base = TEST_LOCK if wanted.tools else RUNTIME_LOCK
    return [base, BENCH_LOCK] if wanted.bench else [base]


def _pip(lock: Path) -> None:
    command = [str(PYTHON), *PIP, "--require-hashes", "--no-deps", "-r", str(lock)]
    programs.run(f"installing {lock.name}", command, log="setup-python")


def _has_database() -> bool:
    """Is there a server to start, or one to be reached?"""
    embedded = PYTHON.with_name("secantusd-py").exists()
    return embedded or bool(which("mongod")) or "MONGODB_URI" in os.environ


def _install_database() -> None:
    command = [str(PYTHON), *PIP, "--pre", EMBEDDED_DATABASE]
    programs.run("installing the embedded database", command, log="setup-python")


def _front_end(*, with_tools: bool) -> str:
    """Install npm's packages as the lock file says; return what was done."""
    stamp, digest = NODE_MODULES / ".casework", _digest(FRONT_END_LOCK)
    if stamp.exists() and stamp.read_text() in {f"{digest} all", f"{digest} {_kind(with_tools)}"}:
        return "already there"
    npm = _npm()
    few = () if with_tools else ("--omit=dev",)
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *few]
    path = f"{Path(npm).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    programs.run("npm ci", command, log="setup-npm", environment={"PATH": path})
    NODE_MODULES.mkdir(exist_ok=True)
    stamp.write_text(f"{digest} {_kind(with_tools)}")
    return f"from {FRONT_END_LOCK.name}"


def _kind(with_tools: bool) -> str:
    return "all" if with_tools else "served"


def _npm() -> str:
    """Return the system's npm, or that of a Python package which has Node.js inside."""
    own = PYTHON.with_name("npm")
    found = which("npm")
    if found is None and not own.exists():
        _pip(NODE_LOCK)
    return found or str(own)


def _missing(wanted: Wanted) -> list[str]:
    """Return the packages that the system lacks."""
    missing = ["rabbitmq-server"] if wanted.servers and not _has_broker() else []
    if wanted.tests and not any(which(browser) for browser in BROWSERS):
        missing.append("chromium")
    if wanted.tests and not find_library("atomic"):
        missing.append("libatomic1")  # the browser's driver asks for it
    if wanted.tests and not which("docker-compose"):
        missing.append("docker-compose")  # tries docker-compose.yml, and starts nothing
    return missing


def _packages_then_tools(wanted: Wanted, missing: list[str], progress: Progress) -> None:
    """Let apt do one thing after the other: its lists have a lock."""
    if missing:
        with progress.step("system packages", f"installing {packages.names(missing)} by apt"):
            packages.install(*missing)
    taken = tools.missing() if wanted.tests else []
    if taken:
        with progress.step("test programs", f"out of {packages.names(taken)}, not installed"):
            tools.bring(taken)


def _has_broker() -> bool:
    return BROKER_SCRIPTS.exists() or "AMQP_URI" in os.environ


def _digest(lock: Path) -> str:
    """Return what tells one state of a lock file from another."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()
