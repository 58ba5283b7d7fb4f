"""What a person may send for a new assessment."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from services.chassis.web.problems import invalid
from services.risk.schemas import Reassess


def faults(body: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        Reassess().load(body)
    return [fault.pointer for fault in invalid(refused.value.messages).faults]


def test_every_fault_is_told_at_once() -> None:
    body = {
        "instrument": "DASH-25",
        "answers": {"injury": "perhaps", "shoe_size": "yes"},
        "professional_judgement": {"level": "extreme"},
        "incident_on": "yesterday",
        "name": "somebody",
    }
    assert faults(body) == [
        "#/answers/injury",
        "#/answers/shoe_size",
        "#/incident_on",
        "#/instrument",
        "#/name",
        "#/professional_judgement/level",
        "#/professional_judgement/rationale",
    ]


def test_nothing_at_all_is_a_fault() -> None:
    assert faults({}) == ["#"]
    assert faults({"instrument": "DASH-24", "answers": {}}) == ["#"]


def test_an_item_of_another_instrument_is_a_fault() -> None:
    body = {"instrument": "DASH-24", "answers": {"hurt_children": "yes", "injury": "no"}}
    assert faults(body) == ["#/answers/hurt_children"]


def test_without_an_instrument_any_item_is_taken() -> None:
    loaded = Reassess().load({"answers": {"hurt_children": "yes"}})
    assert loaded["answers"] == {"hurt_children": "yes"}
    assert loaded["professional_judgement"] is None


def test_a_day_to_come_is_a_fault() -> None:
    assert faults({"incident_on": "2999-01-01"}) == ["#/incident_on"]
