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


class Hurtable:
    """A server of ours that may be stopped, killed, paused and started again."""

    def __init__(self, server: Broker | Database) -> None:
        self._running = server

    def start(self) -> None:
        """Start it, with the data that it had, and wait until it answers."""
        self._running.start()
        self._running.wait()

    def stop(self) -> None:
        """Stop it in order."""
        self._running.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._running.kill()

    def pause(self) -> None:
        """Have it stand still: connections stay open and nobody answers."""
        self._running.server.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Have it go on."""
        self._running.server.signal(signal.SIGCONT)


class OwnBroker(Hurtable):
    """A broker that only one test uses; `uri` is where it is, whether it runs or not."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._broker = Broker(Layout(folder), keys, BrokerPorts(*ports.free(3)))
        self.uri = self._broker.uri()
        super().__init__(self._broker)

    def control(self, *arguments: str) -> str:
        """Run `rabbitmqctl` on it; return what it printed."""
        return self._broker.control(*arguments)


class OwnMongo(Hurtable):
    """A database server that only one test uses."""

    prefix = ""

    def __init__(self, folder: Path) -> None:
        server = Database(Layout(folder), ports.free(1)[0])
        super().__init__(server)
        self.guard = server.guard
        self.uri = server.uri
        self.client: MongoClient[dict[str, Any]] = MongoClient(self.uri, tz_aware=True)

    def database(self, service: str) -> Collections[dict[str, Any]]:
        """Return the database of one service."""
        return self.client[service]
