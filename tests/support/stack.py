"""Real service processes on free ports, with generated secrets, for as long as a test needs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from deploy.local import ports, services
from deploy.local.children import Child
from deploy.local.keys import Keys
from deploy.local.layout import ROOT
from deploy.local.waiting import wait_until
from tests.support.bus import Bus

READY_WITHIN_S = 45
NO_DRILLS = {"DRILL_EVERY_S": "0"}


class Store(Protocol):
    """Something with the address of a database server, and a prefix for what we keep there."""

    uri: str
    prefix: str


@dataclass
class Stack:
    """Processes of services that share a virtual host, a database prefix and secrets.

    A process is named by its service, or by service and role: `notifications-worker`. No drills are
    held unless a test asks for them.
    """

    broker: Bus
    mongo: Store
    keys: Keys
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        free = ports.free(len(services.SERVICES))
        self._ports = dict(zip(services.SERVICES, free, strict=True))
        self._running: dict[str, Child] = {}
        self._urls: dict[str, str] = {}

    @property
    def addresses(self) -> services.Addresses:
        """Return where everything is, or will be when it is started."""
        return services.Addresses(self.broker.uri, self.mongo.uri, self._ports, self.mongo.prefix)

    def start(
        self,
        service: str,
        role: str = "all",
        *,
        name: str | None = None,
        ready: bool = True,
        **environment: str,
    ) -> str:
        """Start a process unless it runs, and return its URL when it says that it is ready.

        Args:
            service: its package's name.
            role: api, worker or all; each role beside `all` listens on a port of its own.
            name: of a further process of the same role.
            ready: wait for readiness.
            environment: settings that differ from the stack's: LOG_LEVEL="DEBUG".

        """
        name = name or (service if role == "all" else f"{service}-{role}")
        if name not in self._running or not self._running[name].is_alive:
            self._running[name] = self._start(name, service, role, environment)
        if ready:
            self.wait(name)
        return self._urls[name]

    def wait(self, name: str) -> None:
        """Return when a process says that it is ready; fail with the end of its log if it ends."""
        child, url = self._running[name], self._urls[name]
        try:
            wait_until(
                lambda: services.is_ready(url),
                name,
                within_s=READY_WITHIN_S,
                is_alive=lambda: child.is_alive,
            )
        except Exception as error:
            raise AssertionError(f"{error}; its log ends:\n{child.last_lines(40)}") from error

    def start_all(self) -> None:
        """Start all five services, side by side."""
        for service in services.SERVICES:
            self.start(service, ready=False)
        for service in services.SERVICES:
            self.wait(service)

    def url(self, name: str) -> str:
        """Return the base URL of a process, or of a service that is not started yet."""
        return self._urls.get(name) or self.addresses.url(name)

    def log(self, name: str) -> str:
        """Return what a process has written so far, over all of its starts."""
        return self._log(name).read_text(errors="replace")

    def stop(self, name: str) -> int:
        """Ask a process to end, and return how it did: 0, or minus a signal's number."""
        return self._running.pop(name).stop()

    def kill(self, name: str) -> None:
        """End a process at once, as a power cut would."""
        self._running.pop(name).kill()

    def pause(self, name: str) -> None:
        """Have a process stand still."""
        self._running[name].signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Have a process go on."""
        self._running[name].signal(signal.SIGCONT)

    def stands_still(self, name: str) -> bool:
        """Tell whether a process has been paused, by us or by itself."""
        told = Path(f"/proc/{self._running[name].pid}/stat").read_text(encoding="utf-8")
        return told.rpartition(")")[2].split()[0] == "T"

    def exit_code(self, name: str) -> int | None:
        """Return how a process ended, or None while it runs."""
        return self._running[name].exit_code

    def end(self) -> None:
        """End everything at once."""
        for name in list(self._running):
            self.kill(name)

    def tails(self) -> dict[str, str]:
        """Return the end of each process's log, to be shown with a failure."""
        return {path.stem: path.read_text(errors="replace")[-2_000:] for path in self._logs()}

    def _start(self, name: str, service: str, role: str, environment: Mapping[str, str]) -> Child:
        addresses = self.addresses
        if name != service:
            addresses = services.Addresses(
                self.broker.uri,
                self.mongo.uri,
                {**self._ports, service: self._port_of(name)},
                self.mongo.prefix,
            )
        self._urls[name] = addresses.url(service)
        told = {**NO_DRILLS, **self.environment, **environment}
        return Child(
            name,
            [sys.executable, *self.program(service), *_roles(service, role)],
            log=self._log(name),
            environment=services.settings(service, addresses, self.keys) | told,
            cwd=ROOT,
        )

    def program(self, service: str) -> tuple[str, ...]:
        """Return what Python is to run for a service."""
        return ("-m", f"services.{service}")

    def _port_of(self, name: str) -> int:
        return self._ports.setdefault(name, ports.free(1)[0])

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _logs(self) -> list[Path]:
        return sorted(self.folder.glob("*.log"))


def _roles(service: str, role: str) -> tuple[str, ...]:
    return () if service == "portal" else ("--role", role)
