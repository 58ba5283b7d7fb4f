"""References that people type, and ids that sort by time."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis import ids

bodies = st.integers(min_value=0, max_value=10**6).map(lambda _: ids.new_reference("C"))


@given(bodies)
def test_a_reference_survives_being_typed_carelessly(reference: str) -> None:
    careless = reference.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert ids.read_reference(careless) == reference


@given(bodies, st.integers(2, 9), st.sampled_from(ids.ALPHABET))
def test_a_single_mistyped_character_is_noticed(reference: str, place: int, other: str) -> None:
    symbols = list(reference)
    place = place + 1 if reference[place] == "-" else place
    if symbols[place] == other:
        return
    symbols[place] = other
    with pytest.raises(ids.BadReference):
        ids.read_reference("".join(symbols))


@pytest.mark.parametrize("text", ["", "C", "C-12", "hello world", "C-7F3K-9QXU", "1-7F3K-9QX2"])
def test_what_cannot_be_a_reference_is_refused(text: str) -> None:
    with pytest.raises(ids.BadReference):
        ids.read_reference(text)


def test_ids_are_version_7_and_do_not_repeat() -> None:
    made = {ids.new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {uuid.UUID(each).version for each in made} == {7}


def test_a_derived_id_depends_on_each_part_and_their_borders() -> None:
    assert ids.derived_id("a", "b") == ids.derived_id("a", "b")
    assert len({ids.derived_id(*p) for p in [("a", "b"), ("ab",), ("a", "b", ""), ("", "ab")]}) == 4
