"""Where the local system keeps what it makes: everything under `var/`, nothing elsewhere.

`CASEWORK_VAR` names another folder, so that two systems with ports of their own can run from one
work tree.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("CASEWORK_VAR") or ROOT / "var")
VENV = ROOT / ".venv"


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one running system; two systems with two bases share nothing."""

    base: Path = VAR

    @property
    def secrets(self) -> Path:
        """Return the folder of generated keys (mode 700)."""
        return self.base / "secrets"

    @property
    def logs(self) -> Path:
        """Return the folder with one log for each process."""
        return self.base / "log"

    @property
    def broker(self) -> Path:
        """Return the home of the private RabbitMQ node."""
        return self.base / "rabbitmq"

    @property
    def database(self) -> Path:
        """Return the folder of the database's files."""
        return self.base / "database"

    @property
    def demo_accounts(self) -> Path:
        """Return the file with the passwords and keys of the demonstration (mode 600)."""
        return self.base / "demo.json"

    @property
    def operators(self) -> Path:
        """Return the file that tells `./outreach` where the running system is (mode 600)."""
        return self.base / "outreach.env"

    @property
    def running(self) -> Path:
        """Return the file that the running system holds a lock on; it has its process id."""
        return self.base / "running"

    def log(self, name: str) -> Path:
        """Return the log of one process."""
        return self.logs / f"{name}.log"
