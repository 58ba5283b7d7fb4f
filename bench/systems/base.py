"""What the harness knows of a system, and the one broker and database that all systems share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from pymongo import MongoClient

from deploy.local import ports
from deploy.local.broker import Broker, BrokerPorts
from deploy.local.children import Child
from deploy.local.database import Database
from deploy.local.definitions import OWNER
from deploy.local.keys import ensure_keys
from deploy.local.layout import Layout

EXCHANGE = "notifications.events"
FIRST_VHOST = "bench"


@dataclass(frozen=True, slots=True)
class Request:
    """One referral, to be sent as it is; `headers` are whole, but for the length of the body."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Alert:
    """Where a system says that an alert was raised, and how to tell which referral led to it."""

    uri: str
    exchange: str
    routing_key: str
    case_of: Callable[[bytes], str]


class System(Protocol):
    """A pipeline from a referral over HTTP to an alert on the bus, on the servers of a run.

    Each start is a fresh one, on an empty virtual host and empty databases, which are removed at
    the stop; logs remain. Addresses hold from one start to the next stop.
    """

    name: str

    def start(self, *, mongo_uri: str | None = None) -> None:
        """Return when everything is ready; `mongo_uri` is a way round to the same database."""

    def stop(self) -> None:
        """End the processes in order, and remove what they have stored."""

    @property
    def processes(self) -> Mapping[str, int]:
        """Return the process ids by role; consumers have new ones after a pause."""

    @property
    def alert(self) -> Alert:
        """Return where its alerts are seen."""

    def request(self, number: int) -> Request:
        """Return the `number`th high-risk referral, of a woman of its own.

        It is to be sent within half a minute, for what it proves itself with does not last.
        """

    def case_of(self, answer: bytes) -> str:
        """Return the key of an accepted referral, equal to that of its alert, out of the answer."""

    def pause_consumers(self) -> None:
        """Have nobody hear events; referrals are accepted, and wait in the queues."""

    def start_consumers(self) -> None:
        """Have events heard again; return when the consumers are ready."""


class Servers:
    """One broker and one database of a run's own, on free ports, with secrets made for it."""

    def __init__(self, folder: Path) -> None:
        self.layout = Layout(folder)
        self.keys = ensure_keys(self.layout.secrets)
        self.broker = Broker(self.layout, self.keys, BrokerPorts(*ports.free(3)), [FIRST_VHOST])
        self.database = Database(self.layout, ports.free(1)[0])

    @property
    def mongo_uri(self) -> str:
        """Return where the database is."""
        return self.database.uri

    def amqp_uri(self, vhost: str = FIRST_VHOST, user: str = OWNER) -> str:
        """Return where a virtual host is, for the owner, who may do all, or for a service."""
        return self.broker.uri(vhost, user)

    @property
    def processes(self) -> Mapping[str, int]:
        """Return the process ids of both."""
        return {"broker": self.broker.server.pid, "database": self.database.server.pid}

    def start(self) -> None:
        """Start both, and return when they answer."""
        self.layout.logs.mkdir(parents=True, exist_ok=True)
        self.broker.start()
        self.database.start()
        self.database.wait()
        self.broker.wait()

    def end(self) -> None:
        """End both at once; nothing in them is worth keeping."""
        self.broker.kill()
        self.database.kill()

    def client(self) -> MongoClient[dict[str, Any]]:
        """Return a client of the database."""
        return MongoClient(self.mongo_uri, tz_aware=True)

    def __enter__(self) -> Self:
        """Run both until the end of the block."""
        with undone_if_broken(self.end):
            self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """End both."""
        self.end()


class Place:
    """What one start of a system has for itself: a virtual host, and databases with a prefix."""

    def __init__(self, servers: Servers, name: str) -> None:
        self._servers, self.name = servers, name
        self.prefix = f"{name.replace('-', '_')}_"
        servers.broker.add_vhosts([name])

    def amqp_uri(self, user: str = OWNER) -> str:
        """Return where its virtual host is."""
        return self._servers.amqp_uri(self.name, user)

    def remove(self) -> None:
        """Remove the virtual host and the databases with all that is in them."""
        self._servers.broker.control("delete_vhost", self.name)
        with self._servers.client() as client:
            for each in client.list_database_names():
                if each.startswith(self.prefix):
                    client.drop_database(each)


class Running:
    """The processes of one start of a system, in the place that it has for itself."""

    def __init__(self) -> None:
        self._running: dict[str, Child] = {}
        self._place: Place

    def stop(self) -> None:
        """End the processes, and remove what they have stored."""
        stop_all(self._running)
        self._running.clear()
        self._place.remove()

    @property
    def processes(self) -> Mapping[str, int]:
        """Return the process id of each service."""
        return {name: child.pid for name, child in self._running.items()}

    def _pause(self, names: Sequence[str]) -> None:
        stop_all({name: self._running.pop(name) for name in names})


@contextmanager
def undone_if_broken(undo: Callable[[], None]) -> Iterator[None]:
    """Undo what was begun if it breaks off, so that no half of a system disturbs another."""
    try:
        yield
    except BaseException:
        undo()
        raise


def stop_all(children: Mapping[str, Child]) -> None:
    """Ask all to end at once, and wait for each."""
    for child in children.values():
        child.ask_to_stop()
    for child in children.values():
        child.end()
