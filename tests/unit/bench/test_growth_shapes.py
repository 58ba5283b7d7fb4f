"""Whether an index serves a form of question, as MongoDB would use it."""

from __future__ import annotations

from typing import Any

import pytest

from bench.growth.shapes import Form, forms, is_served

BY_AREA = [("area", 1), ("status", 1), ("at", -1), ("_id", -1)]
DUE = [("due", 1)]
NEWEST = {"at": -1, "_id": -1}


def asked(query: dict[str, Any], sort: dict[str, int] | None = None) -> Form:
    told = {"find": "things", "filter": query, "sort": sort or {}}
    return next(forms(told))[0]


@pytest.mark.parametrize(
    ("form", "is_good"),
    [
        (asked({"_id": "x"}), True),
        (asked({"_id": "x", "version": 1}), True),
        (asked({"area": "a", "status": {"$in": ["b", "c"]}}, NEWEST), True),
        (asked({"area": "a", "status": "b"}, {"at": 1, "_id": 1}), True),
        (asked({"area": "a", "status": "b"}, {"at": 1, "_id": -1}), False),
        (asked({"area": "a"}, NEWEST), False),
        (asked({"status": "b"}, NEWEST), False),
        (asked({}, NEWEST), False),
        (asked({"area": "a", "other": 1}), True),
        (asked({"due": {"$lte": 1}}, {"due": 1}), True),
        (asked({"due": {"$lte": 1}}), True),
        (asked({"other": {"$lte": 1}}), False),
    ],
    ids=str,
)
def test_equality_then_sort_then_range(form: Form, is_good: bool) -> None:
    assert is_served(form, [BY_AREA, DUE]) is is_good


def test_a_cursor_is_a_range_and_what_is_asked_by_and_counts() -> None:
    query = {"$and": [{"area": "a"}, {"area": {"$in": ["b"]}}], "$or": [{"at": {"$lt": 1}}]}
    form = asked({**query, "status": "b"}, NEWEST)
    assert form.equal == {"area", "status"}
    assert form.range == {"at"}
    assert is_served(form, [BY_AREA])


def test_each_write_of_a_bulk_is_a_question() -> None:
    told = {"update": "things", "updates": [{"q": {"_id": 1}}, {"q": {"seq": 2}}]}
    assert [str(form) for form, _ in forms(told)] == [
        "update things: _id",
        "update things: seq",
    ]


def test_what_is_no_question_has_no_form() -> None:
    assert not list(forms({"insert": "things", "documents": [{}]}))
    assert not list(forms({"hello": 1}))
