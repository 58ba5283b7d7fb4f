"""What was written is read back as it was: moments, bytes, absence, numbers, text, structure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from bson.binary import Binary, UuidRepresentation
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis import clock
from tests.storage.conftest import Documents

NOON = datetime(2026, 3, 29, 12, 0, 0, 123_000, tzinfo=UTC)
ROME = timezone(timedelta(hours=2))
BYTES = bytes(range(256))


def kept(things: Documents, value: Any) -> Any:
    """Return a value after it has been stored."""
    made = things.insert_one({"v": value}).inserted_id
    found = things.find_one({"_id": made})
    assert found is not None
    return found["v"]


def test_a_moment_is_aware_utc_in_whole_milliseconds(things: Documents) -> None:
    assert kept(things, NOON) == NOON
    assert kept(things, NOON).utcoffset() == timedelta(0)
    assert kept(things, NOON.replace(microsecond=123_987)) == NOON


def test_a_moment_of_our_clock_loses_nothing(things: Documents) -> None:
    moment = clock.now()
    assert kept(things, moment) == moment


def test_a_moment_of_another_zone_is_the_same_moment(things: Documents) -> None:
    assert kept(things, NOON.astimezone(ROME)) == NOON


@pytest.mark.parametrize("year", [1, 1900, 1969, 2038, 9999])
def test_moments_far_away_are_kept(things: Documents, year: int) -> None:
    assert kept(things, NOON.replace(year=year)) == NOON.replace(year=year)


def test_moments_are_in_order_across_the_change_to_summer_time(things: Documents) -> None:
    hours = [datetime(2026, 3, 29, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(8)]
    things.insert_many([{"at": at.astimezone(ROME)} for at in reversed(hours)])
    assert [each["at"] for each in things.find().sort("at", 1)] == hours


def test_ciphertext_keeps_its_bytes_and_its_kind(things: Documents) -> None:
    sealed = kept(things, Binary(BYTES, subtype=6))
    assert (bytes(sealed), sealed.subtype) == (BYTES, 6)


def test_none_is_not_absence(things: Documents) -> None:
    things.insert_many([{"_id": "none", "v": None}, {"_id": "absent"}])
    assert [one["_id"] for one in things.find({"v": {"$exists": True}})] == ["none"]
    assert things.count_documents({"v": None}) == 2


def test_the_band_of_a_case_that_has_none_is_found_by_none(things: Documents) -> None:
    things.insert_many([{"_id": "new", "band": None}, {"_id": "known", "band": "high"}])
    assert things.count_documents({"band": {"$in": [None, "high"]}}) == 2
    assert things.count_documents({"band": {"$in": [None]}}) == 1


@pytest.mark.parametrize("number", [0, -1, 2**31, 2**63 - 1, 0.1, 86_400.0])
def test_numbers_keep_their_value(things: Documents, number: float) -> None:
    assert kept(things, number) == number


def test_true_is_not_one(things: Documents) -> None:
    assert kept(things, True) is True


def test_a_key_document_is_read_as_raw_bytes(things: Documents) -> None:
    things.insert_one({"_id": "key", "keyMaterial": Binary(BYTES)})
    raw = things.with_options(CodecOptions(RawBSONDocument))
    found: Any = raw.find_one({"_id": "key"})
    assert bytes(found["keyMaterial"]) == BYTES
    assert found.raw


def test_a_binary_id_is_found_again(things: Documents) -> None:
    key = Binary(BYTES[:16], subtype=4)
    things.insert_one({"_id": key})
    codec: CodecOptions[dict[str, Any]] = CodecOptions(
        uuid_representation=UuidRepresentation.UNSPECIFIED
    )
    assert things.with_options(codec).find_one({"_id": {"$in": [key]}}) is not None


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
LEAF = st.one_of(
    st.none(), st.booleans(), TEXT, st.integers(-(2**63), 2**63 - 1), st.binary(max_size=20)
)
NAMES = st.text("abcdefg_", min_size=1, max_size=8)
STATE = st.recursive(
    LEAF, lambda inner: st.one_of(st.lists(inner), st.dictionaries(NAMES, inner)), max_leaves=12
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=STATE)
def test_any_state_comes_back_as_it_was(things: Documents, value: Any) -> None:
    assert kept(things, value) == value
