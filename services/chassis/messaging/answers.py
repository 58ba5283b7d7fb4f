"""What hearers answer: each event that a queue was given has been handled, or lies with the dead.

Without an answer the publisher says an event again, so a lost answer costs a repetition and nothing
else: answers go out in batches, unconfirmed, and are taken without acknowledgement.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields
from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel

from services.chassis.logs import get_logger
from services.chassis.messaging.connection import close_reason, in_order
from services.chassis.messaging.hearers import publishers_heard_by
from services.chassis.messaging.topology import answers, answers_given, answers_taken
from services.contracts.catalogue import Contract

OPEN_AGAIN_S = 2.0
_PLACE = re.compile(r"([a-z_]{1,50})/([\w.:-]{1,100})/([0-9]{1,15})", re.ASCII)
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event waits to be heard: the outbox of an aggregate, and its number there."""

    collection: str
    aggregate_id: str
    seq: int

    def __str__(self) -> str:
        """Return the form that travels with the event and comes back in the answer."""
        return f"{self.collection}/{self.aggregate_id}/{self.seq}"


@dataclass(frozen=True, slots=True)
class Answer:
    """`by` has heard the events of one kind that wait in these places."""

    by: str
    routing_key: str
    places: tuple[Place, ...]


class BadAnswer(Exception):
    """The bytes are no answer."""


class _AnswerSchema(Schema):
    class Meta:
        """Read what is known."""

        unknown = EXCLUDE

    by = fields.String(required=True)
    event = fields.String(required=True)
    heard = fields.List(fields.String(), required=True)


_ANSWER = _AnswerSchema()


def encode(by: str, routing_key: str, places: Sequence[str]) -> bytes:
    """Return an answer as it goes over the bus."""
    return json.dumps({"by": by, "event": routing_key, "heard": list(places)}).encode()


def decode(body: bytes) -> Answer:
    """Read an answer; what names no place is left out, so that one cannot spoil the others.

    Raises:
        BadAnswer: it is none.

    """
    try:
        told = _ANSWER.loads(body.decode())
    except (ValidationError, ValueError):
        raise BadAnswer from None
    places = (_PLACE.fullmatch(text) for text in told["heard"])
    found = tuple(Place(each[1], each[2], int(each[3])) for each in places if each)
    return Answer(told["by"], told["event"], found)


class Heard:
    """What a consumer has heard since it last answered."""

    def __init__(self, consumer: str) -> None:
        self._consumer = consumer
        self._places: dict[Contract, list[str]] = defaultdict(list)

    def note(self, contract: Contract, place: str | None) -> bool:
        """Note that an event was heard; tell whether it is the first since the last answer."""
        is_first = not self._places
        if place is None:
            return False
        self._places[contract].append(place)
        return is_first

    def take(self) -> list[tuple[str, bytes]]:
        """Return what to answer, as exchange and body, and begin anew."""
        noted, self._places = self._places, defaultdict(list)
        return [
            (answers(contract.publisher), encode(self._consumer, contract.routing_key, places))
            for contract, places in noted.items()
        ]


class AnswerLine:
    """The channel by which a process takes answers to its service, and gives those of its own.

    It is opened on the publisher's connection: one that consumes must never publish, or an alarm of
    the broker would keep it from acknowledging. Where this user may not, the log says so, and
    everything is said again now and then. The processes of a service share the answers to it.
    """

    def __init__(self, service: str, tell: Callable[[Answer], None]) -> None:
        self._service, self._tell = service, tell
        self._channel: Channel | None = None

    def open(self, connection: SelectConnection) -> None:
        """Open it on a connection, and again whenever it is closed before the connection is."""
        if connection.is_open:
            connection.channel(on_open_callback=self._prepare)

    def close(self) -> None:
        """Forget it: its connection is gone."""
        self._channel = None

    def declare(self) -> None:
        """See to it that answers find their way here."""
        if self._channel is not None and self._channel.is_open:
            in_order(answers_taken(self._channel, self._service), lambda: None)

    def give(self, exchange: str, body: bytes) -> None:
        """Send an answer, if that is possible now."""
        if self._channel is not None and self._channel.is_open:
            self._channel.basic_publish(exchange, "", body)

    def _prepare(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._closed)
        channel.add_on_cancel_callback(lambda _: channel.close())
        heard = publishers_heard_by(self._service)
        steps = [*answers_taken(channel, self._service), *answers_given(channel, heard)]
        in_order(steps, partial(self._listen, channel))

    def _listen(self, channel: Channel) -> None:
        self._channel = channel
        hear = partial(_on_answer, self._tell)
        channel.basic_consume(answers(self._service), hear, auto_ack=True)

    def _closed(self, channel: Channel, reason: Any) -> None:
        code, text = close_reason(reason)
        if code:
            _log.error("answers_interrupted", code=code, reason=text)
        if channel.connection.is_open:
            self._channel = None
            again = partial(self.open, channel.connection)
            channel.connection.ioloop.call_later(OPEN_AGAIN_S, again)


def _on_answer(
    tell: Callable[[Answer], None], _channel: Channel, _method: Any, _properties: Any, body: bytes
) -> None:
    try:
        answer = decode(body)
    except BadAnswer:
        _log.warning("not_an_answer", octets=len(body))
    else:
        tell(answer)
