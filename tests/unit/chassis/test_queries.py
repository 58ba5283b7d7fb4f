"""Questions: one of one is asked as itself, so that more of them are served by an index."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.auth import Principal, Role
from services.chassis.storage.queries import any_of, both, within
from services.chassis.storage.scope import NOTHING, of_areas


@pytest.mark.parametrize(
    ("value", "condition"),
    [
        ("cluj", "cluj"),
        (["cluj"], "cluj"),
        ({"cluj"}, "cluj"),
        ((None,), None),
        (["cluj", "perugia"], {"$in": ["cluj", "perugia"]}),
        ([], {"$in": []}),
        ({"$gte": 1}, {"$gte": 1}),
    ],
    ids=str,
)
def test_any_of_one_is_plain_equality(value: Any, condition: Any) -> None:
    assert any_of(value) == condition


@pytest.mark.parametrize(
    ("areas", "scope"),
    [
        (("cluj",), {"area": "cluj"}),
        (("cluj", "perugia"), {"area": {"$in": ["cluj", "perugia"]}}),
        (("*",), {}),
        ((), {"area": {"$in": []}}),
    ],
)
def test_staff_see_their_areas(areas: tuple[str, ...], scope: dict[str, Any]) -> None:
    assert of_areas(Principal("ana", Role.PRACTITIONER, areas=areas), "area") == scope


def test_others_see_nothing() -> None:
    assert of_areas(Principal("key:1", Role.AGENCY_WORKER, areas=("*",)), "area") == NOTHING


def test_what_is_within_a_bound_is_asked_flat() -> None:
    lately = {"area": "cluj", "at": {"$gte": 3}}
    assert within(lately, {"at": {"$lte": 7}}) == {"area": "cluj", "at": {"$gte": 3, "$lte": 7}}
    assert within(lately, {"at": {"$gte": 5}}) == {"area": "cluj", "at": {"$gte": 5}}
    assert within(lately, {}) == lately


@pytest.mark.parametrize(
    ("query", "condition", "asked"),
    [
        ({"case": 1}, {"area": "cluj"}, {"case": 1, "area": "cluj"}),
        ({"area": "cluj"}, {"area": "cluj"}, {"area": "cluj"}),
        ({"area": "cluj"}, {"area": {"$in": ["cluj", "pisa"]}}, {"area": "cluj"}),
        ({"area": "rome"}, {"area": {"$in": ["cluj", "pisa"]}}, {"area": {"$in": []}}),
        (
            {"area": {"$in": ["cluj", "rome", "pisa"]}},
            {"area": {"$in": ["pisa", "cluj"]}},
            {"area": {"$in": ["cluj", "pisa"]}},
        ),
        ({"at": {"$lt": 3}}, {"at": 1}, {"$and": [{"at": {"$lt": 3}}, {"at": 1}]}),
    ],
    ids=str,
)
def test_what_is_asked_of_one_field_twice_is_asked_once(
    query: dict[str, Any], condition: dict[str, Any], asked: dict[str, Any]
) -> None:
    assert both(query, condition) == asked
