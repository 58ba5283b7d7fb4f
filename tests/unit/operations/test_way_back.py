"""Where a dead letter goes back to: in the version that is heard today, or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pika
import pytest
from marshmallow import fields

from services.contracts.catalogue import Contract
from services.contracts.envelope import decode
from services.contracts.vocabulary import Data
from services.operations.letter import DeadLetter, read_letter
from services.operations.wayback import CannotReturn, way_back
from tests.support import example

TOLD = example("session_recorded")
QUEUE = "risk.session_recorded.v1"
OURS = {"x-queue": QUEUE, "x-attempt": 5, "x-reason": "ValueError"}


class SessionRecordedV3(Data):
    """A version to come: how long it took, in minutes, and nothing else."""

    minutes = fields.Integer(required=True)


NEXT = Contract("session_recorded", 3, "sessions", SessionRecordedV3, ("risk",))
STEPS = {
    ("session_recorded", 1): lambda data: {"hours": 2, **data},
    ("session_recorded", 2): lambda data: {"minutes": data["hours"] * 60},
}


def letter(
    headers: Mapping[str, Any] = OURS, routing_key: str = QUEUE, **changes: Any
) -> DeadLetter:
    properties = pika.BasicProperties(headers=dict(headers), correlation_id="sessions/case/7")
    body = json.dumps(TOLD | changes).encode()
    return read_letter("risk", 1, routing_key, properties, body)


def test_what_is_heard_goes_back_as_it_came_but_for_its_death() -> None:
    kept = {"x-hop": 1}
    died = {"x-death": [{"queue": QUEUE, "reason": "expired"}], "x-first-death-queue": QUEUE}
    found = letter({**OURS, **died, **kept, "x-delivery-count": 3})
    way = way_back(found)
    assert (way.queue, way.body, way.headers) == (QUEUE, found.body, kept)


@pytest.mark.parametrize(
    ("headers", "routing_key"),
    [
        ({"x-death": [{"queue": QUEUE, "reason": "delivery_limit"}]}, "session_recorded.v1"),
        ({}, "session_recorded.v1"),
        ({}, QUEUE),
    ],
    ids=["the broker's header", "the publisher's key", "the key of the ladder"],
)
def test_what_the_broker_moved_is_known_by_what_it_tells(
    headers: Mapping[str, Any], routing_key: str
) -> None:
    assert way_back(letter(headers, routing_key)).queue == QUEUE


def test_an_older_version_is_lifted_to_the_one_that_is_heard() -> None:
    way = way_back(letter(), [NEXT], STEPS)
    lifted = decode(way.body)
    assert way.queue == "risk.session_recorded.v3"
    assert (lifted.version, lifted.data) == (3, {"minutes": 120})
    assert (lifted.event_id, lifted.seq) == (TOLD["event_id"], TOLD["seq"])


def test_where_no_step_leads_up_it_is_left() -> None:
    with pytest.raises(CannotReturn, match="no way from version 1 to 3"):
        way_back(letter(), [NEXT], {})


def test_what_was_lifted_must_fit_too() -> None:
    steps = {**STEPS, ("session_recorded", 2): lambda _data: {"minutes": "many"}}
    with pytest.raises(CannotReturn, match=r"do not fit session_recorded\.v3: minutes"):
        way_back(letter(), [NEXT], steps)


def test_what_nobody_hears_any_more_is_left() -> None:
    with pytest.raises(CannotReturn, match="hears no such event"):
        way_back(letter(), [], STEPS)


@pytest.mark.parametrize(
    ("headers", "routing_key"),
    [
        ({"x-queue": "sessions.session_recorded.v1"}, QUEUE),
        ({"x-queue": "risk.dead-letters"}, QUEUE),
        ({"x-queue": "risk.case_closed.v1"}, QUEUE),
        ({"x-queue": ["risk.case_closed.v1"]}, QUEUE),
        ({}, "somewhere"),
    ],
)
def test_what_did_not_come_from_its_own_queue_is_left(
    headers: Mapping[str, Any], routing_key: str
) -> None:
    with pytest.raises(CannotReturn, match="did not come from the queue"):
        way_back(letter(headers, routing_key))


def test_what_cannot_be_decoded_is_left() -> None:
    with pytest.raises(CannotReturn, match="no event that can be decoded"):
        way_back(letter(event_id="no id, with blanks"))


@pytest.mark.parametrize("told", [0, -1, "many", None, 2.5])
def test_attempts_that_are_no_number_count_as_one(told: Any) -> None:
    assert letter({**OURS, "x-attempt": told}).attempts == 1
