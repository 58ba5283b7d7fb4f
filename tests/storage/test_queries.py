"""What is asked: every form of filter, order and projection that this code uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.storage.paging import cursor_of, found_after
from services.chassis.storage.queries import within
from services.chassis.storage.scope import NOTHING
from tests.storage.conftest import Documents

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ALERTS = (
    {"_id": "a", "listed_for": ["overseer", "role:manager"], "is_open": True, "area": "cluj"},
    {"_id": "b", "listed_for": ["overseer", "person:ana"], "is_open": True, "area": "perugia"},
    {"_id": "c", "listed_for": ["overseer"], "is_open": False, "area": "cluj"},
)
OUTBOXES = (
    {"_id": "none", "outbox": []},
    {"_id": "one", "outbox": [{"seq": 1}], "outbox_due": NOON},
    {"_id": "two", "outbox": [{"seq": 1}, {"seq": 2}], "outbox_due": NOON + timedelta(hours=1)},
)


def found(things: Documents, query: Mapping[str, Any]) -> list[str]:
    """Return the ids of what fits, in the order of ids."""
    return [each["_id"] for each in things.find(query).sort("_id", 1)]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"listed_for": "role:manager"}, ["a"]),
        ({"listed_for": {"$in": ["person:ana", "role:manager"]}}, ["a", "b"]),
        ({"is_open": {"$in": [True, False]}, "listed_for": "overseer"}, ["a", "b", "c"]),
        ({"is_open": True, "area": {"$in": ["cluj"]}}, ["a"]),
        ({"$and": [{"area": "cluj"}, {"area": {"$in": ["perugia"]}}]}, []),
        ({"$and": [{"_id": "a"}, {"_id": {"$in": ["a", "b"]}}]}, ["a"]),
        ({**NOTHING}, []),
        ({"_id": {"$in": ["c", "a", "x"]}}, ["a", "c"]),
        ({"_id": {"$ne": "a"}, "is_open": True}, ["b"]),
        ({"is_open": {"$gt": False}}, ["a", "b"]),
        ({}, ["a", "b", "c"]),
    ],
    ids=str,
)
def test_lists_and_scopes(things: Documents, query: Mapping[str, Any], ids: list[str]) -> None:
    things.insert_many([dict(alert) for alert in ALERTS])
    assert found(things, query) == ids


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"outbox_due": {"$lte": NOON}}, ["one"]),
        ({"outbox_due": {"$lt": NOON}}, []),
        ({"outbox_due": {"$gt": NOON}}, ["two"]),
        ({"outbox_due": {"$gte": datetime.min.replace(tzinfo=UTC)}}, ["one", "two"]),
        ({"outbox_due": {"$exists": True}}, ["one", "two"]),
        ({"outbox_due": {"$exists": False}}, ["none"]),
        ({"outbox_due": NOON}, ["one"]),
        ({"outbox": []}, ["none"]),
        ({"outbox": {"$size": 2}}, ["two"]),
        ({"outbox.seq": 2}, ["two"]),
        ({"outbox.seq": {"$in": [1, 9]}}, ["one", "two"]),
        ({"outbox": {"$elemMatch": {"seq": {"$nin": [1]}}}}, ["two"]),
        ({"outbox": {"$not": {"$elemMatch": {"seq": {"$nin": [1]}}}}}, ["none", "one"]),
        ({"outbox.seq": {"$all": [1]}}, ["one", "two"]),
        ({"outbox": {"$size": 1}, "outbox.seq": {"$all": [1]}}, ["one"]),
        ({"outbox_due": NOON, "$or": [{"outbox": []}, {"outbox.seq": 1}]}, ["one"]),
        ({"$or": [{"outbox_due": {"$exists": False}}, {"said": {"$exists": True}}]}, ["none"]),
        ({"$or": [{"_id": {"$in": []}}, {"outbox": {"$size": 1}}]}, ["one"]),
        ({"outbox.seq": {"$eq": 1, "$not": {"$gt": 1}}}, ["one"]),
        ({"outbox.seq": {"$eq": 2, "$not": {"$gt": 2}}}, ["two"]),
        ({"_id": "two", "outbox.0.seq": 1, "outbox.1.seq": 2}, ["two"]),
        ({"_id": "two", "outbox.0.seq": 2, "outbox.1.seq": 1}, []),
        ({"_id": "two", "$and": [{"outbox.seq": 1}, {"outbox.seq": 2}]}, ["two"]),
    ],
    ids=str,
)
def test_outboxes(things: Documents, query: Mapping[str, Any], ids: list[str]) -> None:
    things.insert_many([dict(each) for each in OUTBOXES])
    assert found(things, query) == ids


def test_marks_of_all_hearers_are_found_together(things: Documents) -> None:
    things.insert_many([{"_id": "some", "heard": ["1:a"]}, {"_id": "all", "heard": ["1:b", "1:a"]}])
    assert found(things, {"heard": {"$all": ["1:a", "1:b"]}}) == ["all"]


def test_only_the_fields_that_are_asked_for_come(things: Documents) -> None:
    things.insert_one({"_id": "x", "secret": 1, "outbox": [{"seq": 1, "body": "b"}], "due": 3})
    assert things.find_one({"_id": "x"}, {"due": 1, "outbox.seq": 1}) == {
        "_id": "x",
        "due": 3,
        "outbox": [{"seq": 1}],
    }
    assert things.find_one({"_id": "x"}, {"_id": 0, "due": 1}) == {"due": 3}


def test_the_longest_waiting_come_first_and_only_so_many(things: Documents) -> None:
    waits = [3, 1, 2, 5, 4]
    things.insert_many([{"due": NOON + timedelta(seconds=each)} for each in waits])
    until = {"due": {"$lte": NOON + timedelta(seconds=4)}}
    due = [each["due"] for each in things.find(until).sort("due", 1).limit(3)]
    assert due == [NOON + timedelta(seconds=each) for each in (1, 2, 3)]


def test_documents_without_the_field_sort_before_all_others(things: Documents) -> None:
    things.insert_many([{"_id": "set", "n": -1}, {"_id": "none", "n": None}, {"_id": "absent"}])
    ordered = [each["_id"] for each in things.find().sort([("n", 1), ("_id", 1)])]
    assert ordered == ["absent", "none", "set"]


def test_more_than_one_batch_comes_whole(things: Documents) -> None:
    things.insert_many([{"_id": number} for number in range(1_001)])
    assert [each["_id"] for each in things.find().sort("_id", 1)] == list(range(1_001))


ROWS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3)), max_size=25)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 7), direction=st.sampled_from([1, -1]))
def test_pages_by_cursor_show_everything_once_in_order(
    things: Documents, rows: Sequence[tuple[str, int]], size: int, direction: int
) -> None:
    things.delete_many({})
    stored = [
        {"_id": number, "area": area, "at": NOON + timedelta(milliseconds=after)}
        for number, (area, after) in enumerate(rows)
    ]
    if stored:
        things.insert_many(stored)
    mine = [each for each in stored if each["area"] == "a"]
    mine.sort(key=lambda each: (each["at"], each["_id"]), reverse=direction < 0)
    order = [("at", direction), ("_id", direction)]
    assert _pages(things, {"area": {"$in": ["a"]}}, order, size) == mine


def _pages(
    things: Documents, query: dict[str, Any], order: list[tuple[str, int]], size: int
) -> list[dict[str, Any]]:
    """Return all that fits, fetched page by page."""
    seen: list[dict[str, Any]] = []
    after = None

    def ask(bound: Mapping[str, Any], wanted: int) -> list[dict[str, Any]]:
        return list(things.find(within(query, bound)).sort(order).limit(wanted))

    while page := found_after(ask, after, order, size):
        seen += page
        after = cursor_of(page[-1], order)
    return seen
