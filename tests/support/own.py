"""Servers of a test's own, which it may stop, kill, pause and start again."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database as Collections

from deploy.local import ports
from deploy.local.broker import Broker, BrokerPorts
from deploy.local.database import Database
from deploy.local.keys import Keys
from deploy.local.layout import Layout


class OwnBroker:
    """A broker that only one test uses."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._broker = Broker(Layout(folder), keys, BrokerPorts(*ports.free(3)))

    @property
    def uri(self) -> str:
        """Return where it is, whether it runs or not."""
        return self._broker.uri()

    def start(self) -> None:
        """Start it, with the data that it had, and wait until it answers."""
        self._broker.start()
        self._broker.wait()

    def stop(self) -> None:
        """Stop it in order."""
        self._broker.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._broker.kill()

    def pause(self) -> None:
        """Have it stand still: connections stay open and nobody answers."""
        self._broker.server.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have it go on."""
        self._broker.server.signal(signal.SIGCONT)

    def control(self, *arguments: str) -> str:
        """Run `rabbitmqctl` on it; return what it printed."""
        return self._broker.control(*arguments)


class OwnMongo:
    """A database server that only one test uses."""

    prefix = ""

    def __init__(self, folder: Path) -> None:
        self._server = Database(Layout(folder), ports.free(1)[0])
        self.uri = self._server.uri
        self.client: MongoClient[dict[str, Any]] = MongoClient(self.uri, tz_aware=True)

    def database(self, service: str) -> Collections[dict[str, Any]]:
        """Return the database of one service."""
        return self.client[service]

    def start(self) -> None:
        """Start it, with the data that it had, and wait until it answers."""
        self._server.start()
        self._server.wait()

    def stop(self) -> None:
        """Stop it in order."""
        self._server.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._server.kill()

    def pause(self) -> None:
        """Have it stand still: connections stay open and nobody answers."""
        self._server.server.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have it go on."""
        self._server.server.signal(signal.SIGCONT)
