"""Nothing that identifies a woman is anywhere but behind the doors that may open it.

The whole demonstration is played, and one more referral and session in which every identifying
field holds a word that occurs nowhere else. Then logs, messages, metrics, documents, spans and
refusals are searched for those words, and for every name, address and sentence of the examples.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bson
import httpx
import pika
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from deploy.local.services import SERVICES
from services.chassis.messaging.topology import (
    LADDER_S,
    dead_letters,
    events_exchange,
    retry_exchange,
)
from tests.e2e.canaries import canary, hits, tell_the_canaries
from tests.e2e.playing import accounts_of, play_on
from tests.support import until
from tests.support.collector import collecting
from tests.support.servers import SharedMongo
from tests.support.stack import Stack

SPEAKERS = tuple(service for service in SERVICES if service != "portal")


@dataclass
class Aftermath:
    """What can be searched when all is over."""

    stack: Stack
    messages: list[str]
    refusals: list[str]
    seen: Mapping[str, Any]
    spans: str


@pytest.fixture(scope="module")
def aftermath(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    folder = tmp_path_factory.mktemp("canary")
    with collecting() as collected:
        stack.environment = {**stack.environment, **collected.environment}
        accounts = json.loads(accounts_of(stack, folder).read_text(encoding="utf-8"))
        with every_message(stack) as messages:
            ledger, told = play_on(stack, folder)
            assert ledger.missing == []
            refusals, seen = asyncio.run(tell_the_canaries(stack.url("portal"), accounts))
        until(lambda: {span.service for span in collected.spans()} == set(SERVICES))
        return Aftermath(stack, messages, [*told, *refusals], seen, collected.text)


@contextmanager
def every_message(stack: Stack) -> Iterator[list[str]]:
    """Listen to every exchange there is, retries and dead letters too: headers and bodies."""
    parameters = pika.URLParameters(stack.broker.uri)
    parameters.heartbeat = 0  # the channel is idle until the play is over
    connection, heard = pika.BlockingConnection(parameters), []
    channel = connection.channel()
    queue = channel.queue_declare("", exclusive=True).method.queue
    for exchange in exchanges():
        channel.queue_bind(queue, exchange, "#")
    yield heard
    heard += drained(channel, queue)
    connection.close()


def exchanges() -> Iterator[str]:
    for service in SPEAKERS:
        yield events_exchange(service)
        yield dead_letters(service)
        yield from (retry_exchange(service, attempt + 1) for attempt in range(len(LADDER_S)))


def drained(channel: BlockingChannel, queue: str) -> Iterator[str]:
    while True:
        method, properties, body = channel.basic_get(queue, auto_ack=True)
        if method is None or body is None:
            return
        yield f"{method.routing_key} {properties} {body.decode('utf-8')}"


def test_staff_of_the_area_see_what_was_told(aftermath: Aftermath) -> None:
    shown = json.dumps(aftermath.seen["client"], ensure_ascii=False)
    for place in ("given", "family", "address", "code_name", "child", "perpetrator"):
        assert canary(place) in shown


def test_no_message_on_the_bus_gives_anybody_away(aftermath: Aftermath) -> None:
    assert len(aftermath.messages) > 50
    assert [hits(message) for message in aftermath.messages if hits(message)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_log_gives_anybody_away(aftermath: Aftermath, service: str) -> None:
    log = aftermath.stack.log(service)
    assert log
    assert hits(log) == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_metric_gives_anybody_away(aftermath: Aftermath, service: str) -> None:
    page = httpx.get(f"{aftermath.stack.url(service)}/metrics").text
    assert "casework_" in page
    assert hits(page) == []


@pytest.mark.usefixtures("aftermath")
@pytest.mark.parametrize("service", SERVICES)
def test_no_stored_document_gives_anybody_away(mongo: SharedMongo, service: str) -> None:
    database = mongo.database(service)
    stored = [
        (name, document)
        for name in database.list_collection_names()
        for document in database[name].find()
    ]
    assert stored
    found = {
        (name, hit)
        for name, document in stored
        for hit in hits(bson.encode(document).decode("utf-8", errors="replace"))
    }
    assert found == set()


def test_no_span_gives_anybody_away(aftermath: Aftermath) -> None:
    assert "casework.case_id" in aftermath.spans
    assert hits(aftermath.spans) == []


def test_no_refusal_repeats_what_was_sent(aftermath: Aftermath) -> None:
    assert [text for text in aftermath.refusals if hits(text)] == []
