"""Questions: one of one is asked as itself, so that more of them are served by an index."""

from __future__ import annotations

from typing import Any

import pytest

from services.chassis.auth import Principal, Role
from services.chassis.storage.queries import any_of
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
