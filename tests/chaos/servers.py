"""The rig's own broker and database, with all that can be done to them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pymongo import MongoClient

from deploy.local import ports
from deploy.local.broker import VHOST, Broker, BrokerPorts
from deploy.local.database import Database
from deploy.local.keys import SERVICES_WITH_A_VAULT, Keys
from deploy.local.layout import Layout
from services.chassis.messaging.topology import dead_letters
from tests.support.own import Hurtable


class Bus(Hurtable):
    """A virtual host of a broker; what is done to the broker happens to all of its hosts."""

    def __init__(self, broker: Broker, vhost: str = VHOST) -> None:
        super().__init__(broker)
        self._broker, self.vhost = broker, vhost
        self.uri = broker.uri(vhost)

    @classmethod
    def own(cls, layout: Layout, keys: Keys) -> Self:
        """Return a broker of the rig's own, that is not started yet."""
        return cls(Broker(layout, keys, BrokerPorts(*ports.free(3))))

    def uri_of(self, service: str) -> str:
        """Return where it is for a service, which has a user of its own."""
        return self._broker.uri(self.vhost, service)

    def control(self, *arguments: str) -> str:
        """Run `rabbitmqctl`; return what it printed."""
        return self._broker.control(*arguments)

    @contextmanager
    def channel(self) -> Iterator[BlockingChannel]:
        """Give a channel of the owner, who may do everything."""
        parameters = pika.URLParameters(self.uri)
        parameters.socket_timeout = parameters.stack_timeout = 5
        parameters.blocked_connection_timeout = 5
        with pika.BlockingConnection(parameters) as connection:
            yield connection.channel()

    def queues(self) -> list[dict[str, Any]]:
        """Return each queue: `name`, and how many messages are `ready` and `unacknowledged`."""
        told = self.control(
            *("list_queues", "-p", self.vhost, "--formatter", "json"),
            *("name", "messages_ready", "messages_unacknowledged"),
        )
        return [
            {
                "name": each["name"],
                "ready": each["messages_ready"],
                "unacknowledged": each["messages_unacknowledged"],
            }
            for each in json.loads(told)
        ]

    def dead_letters(self) -> list[dict[str, Any]]:
        """Return what lies in the queues of dead letters, and leave it there."""
        found = []
        with self.channel() as channel:
            for service in SERVICES_WITH_A_VAULT:
                queue = dead_letters(service)
                while (got := channel.basic_get(queue))[0] is not None:
                    _method, properties, _body = got
                    found.append(
                        {
                            "queue": queue,
                            "message": properties.message_id,
                            "reason": (properties.headers or {}).get("x-reason", ""),
                        }
                    )
        return found


class Store(Hurtable):
    """A database server; `prefix` is that of our databases on it."""

    def __init__(self, server: Database, prefix: str = "") -> None:
        super().__init__(server)
        self.prefix = prefix
        self.uri = server.uri
        self._client: MongoClient[dict[str, Any]] = MongoClient(self.uri, tz_aware=True)

    @classmethod
    def own(cls, layout: Layout) -> Self:
        """Return a server of the rig's own, that is not started yet."""
        return cls(Database(layout, ports.free(1)[0]))

    def documents(self, service: str, collection: str | None = None) -> list[Mapping[str, Any]]:
        """Return all documents of a service's collection."""
        return list(self._client[f"{self.prefix}{service}"][collection or service].find())
