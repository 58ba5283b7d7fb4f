"""What broker and database can do by themselves: the ceiling of every system."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from time import monotonic
from typing import Any

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pymongo.collection import Collection

from bench.systems.base import Place, Servers
from bench.window import Window
from services import contracts

EXAMPLE = Path(contracts.__file__).parent / "examples" / "referral_submitted.v1.json"
QUEUE, QUORUM = "raw", {"x-queue-type": "quorum"}
PERSISTENT = pika.BasicProperties(delivery_mode=2, content_type="application/json")
PREFETCH = 40
SILENT_AFTER_S = 10.0
_places = count(1)


def limits(servers: Servers, seconds: float) -> dict[str, float]:
    """Return how often a second one client does each, when it does nothing else."""
    with raw_place(servers) as place:
        return {
            "confirmed publishes": published(place, seconds=seconds),
            "confirmed publishes, one by one": published_one_by_one(place, seconds),
            "inserts, one by one": inserted(servers, place, seconds),
        }


def published(place: Place, *, seconds: float = float("inf"), most: float = float("inf")) -> float:
    """Publish persistent messages to a quorum queue, a window of them unconfirmed at a time."""
    return Window(place.amqp_uri(), QUEUE, EXAMPLE.read_bytes(), PERSISTENT).run(seconds, most)


def published_one_by_one(place: Place, seconds: float) -> float:
    """Publish the same, each when the one before is confirmed."""
    told = EXAMPLE.read_bytes()
    with raw_channel(place) as channel:
        channel.confirm_delivery()
        return pace(lambda _: channel.basic_publish("", QUEUE, told, PERSISTENT), seconds)


def inserted(servers: Servers, place: Place, seconds: float) -> float:
    """Insert documents of an event's size, each when the one before is stored."""
    told = json.loads(EXAMPLE.read_bytes())
    with raw_collection(servers, place) as stored:
        return pace(lambda number: stored.insert_one({"_id": number, **told}), seconds)


def consume_and_insert(servers: Servers, size: int) -> float:
    """Return how many waiting messages a second the simplest hearer takes: insert, acknowledge.

    It is what a backlog is measured against.
    """
    with raw_place(servers) as place:
        published(place, most=size)
        with raw_channel(place) as channel, raw_collection(servers, place) as stored:
            channel.basic_qos(prefetch_count=PREFETCH)
            began = monotonic()
            taken = sum(1 for _ in islice(stored_messages(channel, stored), size))
            return taken / (monotonic() - began)


def stored_messages(
    channel: BlockingChannel, stored: Collection[dict[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    """Yield each message when it is stored and acknowledged, until none comes any more."""
    for method, _, told in channel.consume(QUEUE, inactivity_timeout=SILENT_AFTER_S):
        if method is None:
            return
        document = {"_id": method.delivery_tag, **json.loads(told)}
        stored.insert_one(document)
        channel.basic_ack(method.delivery_tag)
        yield document


def pace(
    do: Callable[[int], object], seconds: float, clock: Callable[[], float] = monotonic
) -> float:
    """Do something again and again for so long; return how often a second it was done."""
    began = clock()
    for number in count(1):
        do(number)
        took = clock() - began
        if took >= seconds:
            return number / took
    raise AssertionError("count() has no end")


@contextmanager
def raw_place(servers: Servers) -> Iterator[Place]:
    """Give an empty virtual host with the queue, and a prefix; remove both afterwards."""
    place = Place(servers, f"raw-{next(_places)}")
    try:
        with raw_channel(place) as channel:
            channel.queue_declare(QUEUE, durable=True, arguments=QUORUM)
        yield place
    finally:
        place.remove()


@contextmanager
def raw_channel(place: Place) -> Iterator[BlockingChannel]:
    """Give a channel of a connection of its own."""
    parameters = pika.URLParameters(place.amqp_uri())
    parameters.heartbeat = 0  # who only publishes or stores answers none
    with pika.BlockingConnection(parameters) as connection:
        yield connection.channel()


@contextmanager
def raw_collection(servers: Servers, place: Place) -> Iterator[Collection[dict[str, Any]]]:
    """Give a collection that exists, over a connection that is open."""
    with servers.client() as client:
        stored = client[f"{place.prefix}raw"]["events"]
        stored.insert_one({"_id": 0})
        yield stored
