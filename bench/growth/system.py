"""The platform as it runs: a broker and a database of its own, and one process of each service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database as Collections

from deploy.local import ports, services
from deploy.local.broker import Broker, BrokerPorts
from deploy.local.children import Child
from deploy.local.database import Database
from deploy.local.keys import Keys, ensure_keys
from deploy.local.layout import Layout
from deploy.local.waiting import wait_until

READY_WITHIN_S = 120
SETTINGS = {"DRILL_EVERY_S": "0", "LOG_LEVEL": "WARNING", "PORTAL_RATE_BURST": "5000"}


@dataclass(frozen=True, slots=True)
class Servers:
    """Where broker and database of this run are; `prefix` begins the names of our databases."""

    folder: Path
    keys: Keys
    amqp_uri: str
    mongodb_uri: str
    database: str
    prefix: str


class System:
    """The five services on some servers; `mongodb_uri` may lead there by way of a recorder."""

    def __init__(self, servers: Servers, mongodb_uri: str | None = None) -> None:
        free = ports.free(len(services.SERVICES))
        self.servers = servers
        self.client: MongoClient[dict[str, Any]] = MongoClient(servers.mongodb_uri, tz_aware=True)
        self._addresses = services.Addresses(
            servers.amqp_uri,
            mongodb_uri or servers.mongodb_uri,
            dict(zip(services.SERVICES, free, strict=True)),
            servers.prefix,
        )
        self._running: dict[str, Child] = {}

    @property
    def processes(self) -> Mapping[str, int]:
        """Return the process id of each service."""
        return {name: child.pid for name, child in self._running.items()}

    def url(self, service: str) -> str:
        """Return the base URL of a service."""
        return self._addresses.url(service)

    def store(self, service: str) -> Collections[dict[str, Any]]:
        """Return the database of a service."""
        return self.client[f"{self.servers.prefix}{service}"]

    def start(self) -> None:
        """Start all services side by side, and return when each is ready."""
        for service in services.SERVICES:
            log = self.servers.folder / "log" / f"{service}.log"
            self._running[service] = services.start(
                service, self._addresses, self.servers.keys, log, environment=SETTINGS
            )
        for service, child in self._running.items():
            self._wait(service, child)

    def stop(self) -> None:
        """Ask all services to end."""
        for child in self._running.values():
            child.stop()
        self._running.clear()

    def _wait(self, service: str, child: Child) -> None:
        wait_until(
            lambda: services.is_ready(self.url(service)),
            service,
            within_s=READY_WITHIN_S,
            is_alive=lambda: child.is_alive,
        )


@contextmanager
def own_servers(folder: Path, mongodb_uri: str | None = None) -> Iterator[Servers]:
    """Start a broker and, unless one is named, a database; end them afterwards."""
    layout = Layout(folder)
    keys = ensure_keys(layout.secrets)
    layout.logs.mkdir(parents=True, exist_ok=True)
    broker = Broker(layout, keys, BrokerPorts(*ports.free(3)))
    database = Database(layout, ports.free(1)[0])
    prefix = f"growth_{token_hex(3)}_"
    try:
        broker.start()
        if mongodb_uri is None:
            database.start()
            database.wait()
        broker.wait()
        uri = mongodb_uri or database.uri
        kind = database.kind if mongodb_uri is None else "MongoDB elsewhere"
        yield Servers(folder, keys, broker.uri(), uri, kind, prefix)
        if mongodb_uri is not None:
            _drop(uri, prefix)
    finally:
        broker.kill()
        database.kill()


@contextmanager
def running(servers: Servers, mongodb_uri: str | None = None) -> Iterator[System]:
    """Run the platform; stop it afterwards."""
    system = System(servers, mongodb_uri)
    try:
        system.start()
        yield system
    finally:
        system.stop()


def _drop(uri: str, prefix: str) -> None:
    with MongoClient[dict[str, Any]](uri) as client:
        for name in client.list_database_names():
            if name.startswith(prefix):
                client.drop_database(name)
