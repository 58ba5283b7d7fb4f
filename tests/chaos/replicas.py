"""Two processes of each service, each behind lines of its own to the bus and to the database."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import ports, services
from deploy.local.children import Child
from deploy.local.keys import Keys
from deploy.local.layout import ROOT
from tests.chaos.servers import Bus, Store
from tests.support.proxy import Proxy
from tests.support.turned import CLOCK, put_clock

SIDES = ("a", "b")
ENDS_WITHIN_S = 30.0
NAMES = tuple(f"{service}-{side}" for service in services.SERVICES for side in SIDES)


@dataclass(frozen=True, slots=True)
class Release:
    """Where the code of a process is: a tree of the project, and what there becomes a service.

    Without such a module (`becomes`) the service itself runs, as everywhere.
    """

    tree: Path = ROOT
    becomes: str | None = None

    def command(self, service: str) -> list[str]:
        """Return what starts a process, in its tree."""
        role = () if service == "portal" else ("--role", "all")
        program = (self.becomes, service) if self.becomes else (f"services.{service}",)
        return [sys.executable, "-m", *program, *role]


ALTERED = Release(becomes="tests.chaos.altered")


@dataclass
class Replica:
    """One process of a service; `environment` holds what it is told, its clock's file among it.

    `release` is what runs when it is started next. A replica that was ended on purpose `is_down`
    until it is started again; one that ended by itself is started again at once, as any supervisor
    would. `is_armed` tells that it is to die at a named point.
    """

    name: str
    environment: Mapping[str, str]
    url: str
    bus: Proxy
    store: Proxy
    log: Path
    release: Release = ALTERED
    is_down: bool = True
    is_armed: bool = False
    _child: Child | None = field(default=None, repr=False)

    @property
    def service(self) -> str:
        """Return which service it is of."""
        return self.name.rpartition("-")[0]

    @property
    def is_alive(self) -> bool:
        """Does its process run?"""
        return self._child is not None and self._child.is_alive

    @property
    def is_standing_still(self) -> bool:
        """Has its process been stopped, by us or by itself?"""
        if self._child is None or not self._child.is_alive:
            return False
        stat = Path(f"/proc/{self._child.pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[0] == "T"

    @property
    def is_ready(self) -> bool:
        """Does it say that it can do its work?"""
        return self.is_alive and services.is_ready(self.url)

    def start(self, **more: str) -> None:
        """Start it, with settings that it has only this time: FAIL_AT="saved:kill:3"."""
        self.is_armed = "FAIL_AT" in more
        self._child = Child(
            self.name,
            self.release.command(self.service),
            log=self.log,
            environment={**self.environment, **more},
            cwd=self.release.tree,
        )
        self.is_down = False

    def stop(self) -> int | None:
        """Ask it to end as a supervisor does, and return how it did; it stays down."""
        self.is_down = True
        return self._child and self._child.stop(ENDS_WITHIN_S)

    def kill(self) -> None:
        """End it as a power cut would; it stays down."""
        self.is_down = True
        if self._child is not None:
            self._child.kill()

    def pause(self) -> None:
        """Have it stand still."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have it go on."""
        self._signal(signal.SIGCONT)

    def set_clock(self, seconds: float) -> None:
        """Put its clock so many seconds ahead (or back, if negative) of the true time."""
        put_clock(Path(self.environment[CLOCK]), seconds)

    def _signal(self, number: int) -> None:
        if self._child is not None:
            self._child.signal(number)


class Replicas:
    """All of them. To be used from one thread: a child ends with the thread that started it."""

    def __init__(self, bus: Bus, store: Store, keys: Keys, folder: Path) -> None:
        self._bus, self._store, self._keys, self._folder = bus, store, keys, folder
        self._all: dict[str, Replica] = {}
        for side in SIDES:
            numbers = dict(zip(services.SERVICES, ports.free(len(services.SERVICES)), strict=True))
            for service in services.SERVICES:
                self._all[f"{service}-{side}"] = self._replica(service, side, numbers)

    def __getitem__(self, name: str) -> Replica:
        return self._all[name]

    def __iter__(self) -> Iterator[Replica]:
        return iter(self._all.values())

    @property
    def portals(self) -> tuple[str, ...]:
        """Return the addresses of the public doors."""
        return tuple(self._all[f"portal-{side}"].url for side in SIDES)

    def start(self, names: Iterable[str] = NAMES) -> None:
        """Start some of them, and the lines of all."""
        for replica in self:
            replica.bus.start()
            replica.store.start()
        for name in names:
            self._all[name].start()

    def look_after(self) -> list[str]:
        """Start those again that ended by themselves; return their names."""
        ended = self.ended()
        for name in ended:
            self._all[name].start()
        return ended

    def ended(self) -> list[str]:
        """Return the names of those that ended by themselves."""
        return [each.name for each in self if not each.is_down and not each.is_alive]

    def waited_for(self) -> list[str]:
        """Return the names of those that should be ready and are not."""
        return [each.name for each in self if not each.is_down and not each.is_ready]

    def end(self) -> None:
        """End everything at once."""
        for replica in self:
            replica.kill()
            replica.bus.stop()
            replica.store.stop()

    def _replica(self, service: str, side: str, numbers: Mapping[str, int]) -> Replica:
        name = f"{service}-{side}"
        bus, store = Proxy.before(self._bus.uri), Proxy.before(self._store.uri)
        at = services.Addresses(
            bus.uri(self._bus.uri_of(service)),
            store.uri(self._store.uri),
            numbers,
            self._store.prefix,
        )
        clock = self._folder / f"{name}.clock"
        clock.write_text("0")
        told = services.settings(service, at, self._keys) | {CLOCK: str(clock)}
        url = f"http://{ports.HOST}:{numbers[service]}"
        return Replica(name, told, url, bus, store, self._folder / f"{name}.log")
