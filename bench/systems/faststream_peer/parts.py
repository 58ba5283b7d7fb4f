"""What the three applications share: the exchange of each, the database, the settings."""

from __future__ import annotations

from os import environ
from typing import Any

from faststream.rabbit import Channel, ExchangeType, RabbitBroker, RabbitExchange, RabbitQueue
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

PREFETCH = 10


def new_broker() -> RabbitBroker:
    """Return a connection to be; it writes no line for each message.

    As many messages at once as nameko takes: with no limit, which is the default, alerts of a busy
    time come later, and fewer of them.
    """
    return RabbitBroker(
        environ["AMQP_URI"], logger=None, default_channel=Channel(prefetch_count=PREFETCH)
    )


def new_database(service: str) -> AsyncDatabase[dict[str, Any]]:
    """Return a service's own database."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(environ["MONGODB_URI"])
    return client[environ["DATABASE_PREFIX"] + service]


def events_of(service: str) -> RabbitExchange:
    """Return the exchange on which a service speaks."""
    return RabbitExchange(f"{service}.events", type=ExchangeType.TOPIC, durable=True)


def heard_by(service: str, event: str) -> RabbitQueue:
    """Return the queue in which an event waits for a service."""
    return RabbitQueue(f"{service}.{event}", durable=True, routing_key=event)
