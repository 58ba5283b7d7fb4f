"""Nothing of a dead letter is shown but what its contract names and proves."""

from __future__ import annotations

import json
from typing import Any

import pika
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.catalogue import CONTRACTS
from services.operations.letter import DeadLetter, read_letter
from services.operations.redaction import shown
from tests.support import example

CANARY = "Sorina Popescu, 14 Mill Lane"
ANYTHING = st.recursive(
    st.sampled_from([CANARY, f"{CANARY}@example.org"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from([CANARY, "name"]), inner, max_size=2)
    ),
    max_leaves=4,
)


def letter(event: dict[str, Any]) -> DeadLetter:
    return read_letter("risk", 1, "", pika.BasicProperties(), json.dumps(event).encode())


@pytest.mark.parametrize("known", CONTRACTS, ids=lambda known: known.routing_key)
def test_all_of_an_event_that_keeps_its_contract_is_shown(known: Any) -> None:
    event = example(known.type, known.version)
    assert shown(letter(event))["data"] == event["data"]


@given(st.data())
def test_whatever_stands_in_place_of_a_field_is_not_shown(data: st.DataObject) -> None:
    known = data.draw(st.sampled_from(CONTRACTS))
    event = example(known.type, known.version)
    for name in data.draw(st.sets(st.sampled_from([*event["data"], "name", CANARY]), min_size=1)):
        event["data"][name] = data.draw(ANYTHING)
    text = json.dumps(shown(letter(event)))
    assert "orina" not in text


@pytest.mark.parametrize("value", [447_700_900_114, -1_000_000])
def test_a_number_that_no_count_reaches_is_not_shown(value: int) -> None:
    event = example("risk_assessed")
    event["data"]["number"] = value
    assert shown(letter(event))["data"]["number"] == "<not shown: number>"


def test_of_an_event_without_a_contract_nothing_is_shown_but_its_ids() -> None:
    event = example("risk_assessed") | {"type": "sorina_popescu", "data": {"name": CANARY, "n": 1}}
    found = shown(letter(event))
    assert "orina" not in json.dumps(found)
    assert found["data"] == {"(unexpected)": ["<not shown: text of 28>", "<not shown: number>"]}
    assert found["event_id"] == event["event_id"]
