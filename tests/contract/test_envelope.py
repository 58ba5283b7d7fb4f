"""The envelope survives the wire, and bytes that are none are refused without being quoted."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from services.contracts.envelope import Envelope, Undecodable, decode, encode

identifiers = some.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}\Z")
leaves = some.none() | some.booleans() | some.integers() | some.text(max_size=20)
envelopes = some.builds(
    Envelope,
    event_id=identifiers,
    type=some.from_regex(r"\A[a-z]+(_[a-z]+)+\Z"),
    version=some.integers(1, 99),
    occurred_at=some.datetimes(
        min_value=datetime(2000, 1, 1),
        timezones=some.just(UTC),
    ),
    producer=some.sampled_from(["referrals", "risk", "sessions", "notifications"]),
    case_id=identifiers,
    seq=some.integers(1, 2**53),
    correlation_id=identifiers,
    causation_id=some.none() | identifiers,
    traceparent=some.none() | some.from_regex(r"\A00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z"),
    data=some.dictionaries(some.text(max_size=20), leaves | some.lists(leaves, max_size=3)),
)


@given(envelopes)
def test_an_envelope_comes_back_from_the_wire_as_it_went(envelope: Envelope) -> None:
    assert decode(encode(envelope).encode()) == envelope


@given(envelopes)
def test_a_moment_keeps_its_instant_whatever_the_zone(envelope: Envelope) -> None:
    wire = json.loads(encode(envelope))
    wire["occurred_at"] = (envelope.occurred_at + timedelta(hours=2)).isoformat()[:-6] + "+02:00"
    assert decode(json.dumps(wire).encode()).occurred_at == envelope.occurred_at


@given(envelopes, some.dictionaries(some.text(min_size=12), leaves, max_size=3))
def test_readers_ignore_fields_that_the_envelope_may_grow(
    envelope: Envelope, grown: dict[str, Any]
) -> None:
    wire = grown | json.loads(encode(envelope))
    assert decode(json.dumps(wire).encode()) == envelope


@given(some.binary(max_size=200))
def test_any_other_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(body)


@given(envelopes, some.sampled_from(sorted(Envelope.__slots__)))
def test_an_envelope_without_one_of_its_fields_is_refused(envelope: Envelope, gone: str) -> None:
    wire = json.loads(encode(envelope))
    del wire[gone]
    with pytest.raises(Undecodable, match=gone):
        decode(json.dumps(wire).encode())


def test_a_refusal_quotes_nothing_of_what_was_sent() -> None:
    with pytest.raises(Undecodable) as refused:
        decode(b'{"case_id": "Mrs Canary of 12 Mill Lane"}')
    assert "Canary" not in str(refused.value)
