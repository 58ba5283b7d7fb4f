"""One broker and one database for a whole test run, shared by all of its workers.

The process that was started by hand owns them: it starts both without waiting, tells its workers
where they are, and ends them. Each module of tests gets a virtual host and a database prefix of
its own, so that modules never hear or see each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any, Self

from pymongo import MongoClient
from pymongo.database import Database as Collections

from deploy.local import ports
from deploy.local.broker import Broker, BrokerPorts
from deploy.local.database import Database
from deploy.local.keys import Keys, ensure_keys
from deploy.local.layout import Layout
from deploy.local.refusal import CannotGoOn
from tests.support.own import OwnBroker, OwnMongo

FIRST_VHOST = "tests"


@dataclass
class Servers:
    """The two servers of a run; `missing` says why one of them could not be started."""

    layout: Layout
    ports: Mapping[str, int]
    missing: dict[str, str] = field(default_factory=dict)

    @classmethod
    def on_free_ports(cls, folder: Path) -> Self:
        """Return servers that are not started yet."""
        names = ("amqp", "peers", "names", "database")
        return cls(Layout(folder), dict(zip(names, ports.free(len(names)), strict=True)))

    def __post_init__(self) -> None:
        self.keys: Keys = ensure_keys(self.layout.secrets)
        at = BrokerPorts(self.ports["amqp"], self.ports["peers"], self.ports["names"])
        self.broker = Broker(self.layout, self.keys, at, [FIRST_VHOST])
        self.database = Database(self.layout, self.ports["database"])

    def told(self) -> dict[str, Any]:
        """Return what a worker needs in order to use them."""
        return {"folder": str(self.layout.base), "ports": self.ports, "missing": self.missing}

    def start(self) -> None:
        """Start both; they come up while tests that need neither already run."""
        for name, server in (("broker", self.broker), ("database", self.database)):
            try:
                server.start()
            except CannotGoOn as error:
                self.missing[name] = str(error)

    def own_broker(self, folder: Path) -> OwnBroker:
        """Return another broker, for one test, that is not started yet."""
        return OwnBroker(folder, self.keys)

    def own_mongo(self, folder: Path) -> OwnMongo:
        """Return another database server, for one test, that is not started yet."""
        return OwnMongo(folder)

    def end(self) -> None:
        """End both at once; nothing in them is worth keeping."""
        self.broker.kill()
        self.database.kill()


class SharedBroker:
    """A virtual host of the run's broker."""

    def __init__(self, servers: Servers) -> None:
        self._broker = servers.broker
        self.vhost = f"tests-{token_hex(4)}"
        self._broker.wait()
        self._broker.add_vhosts([self.vhost])

    @property
    def uri(self) -> str:
        """Return where it is."""
        return self._broker.uri(self.vhost)

    def control(self, *arguments: str) -> str:
        """Run `rabbitmqctl` with these arguments on this virtual host; return what it printed."""
        return self._broker.control(*arguments[:1], "-p", self.vhost, *arguments[1:])

    def remove(self) -> None:
        """Remove the virtual host with all that is in it."""
        self._broker.control("delete_vhost", self.vhost)


class SharedMongo:
    """A share of the run's database server: all databases that begin with a prefix."""

    def __init__(self, servers: Servers) -> None:
        self.prefix = f"t{token_hex(4)}_"
        servers.database.wait()
        self.uri = servers.database.uri
        self.client: MongoClient[dict[str, Any]] = MongoClient(self.uri, tz_aware=True)

    def database(self, service: str) -> Collections[dict[str, Any]]:
        """Return the database of one service."""
        return self.client[f"{self.prefix}{service}"]

    def remove(self) -> None:
        """Drop the databases of this share."""
        for name in self.client.list_database_names():
            if name.startswith(self.prefix):
                self.client.drop_database(name)
        self.client.close()
