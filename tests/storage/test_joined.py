"""Writes and reads of one moment in one round trip: each ends as it would have alone."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError

from services.chassis.storage.joined import Joined, Save
from tests.storage.conftest import Documents

MANY = 12


def save(id: str, version: int, value: int) -> Save:
    update: dict[str, Any] = {"$set": {"value": value, "saved_as": f"{id}-{value}"}}
    return Save(id, version, {**update, "$inc": {"version": 1}})


@pytest.fixture
def joined(things: Documents) -> Joined:
    things.create_index("key", name="key", unique=True)
    things.insert_many([{"_id": f"d{n}", "key": n, "version": 1} for n in range(MANY)])
    return Joined(things)


def test_inserts_that_are_taken_fail_alone(joined: Joined, things: Documents) -> None:
    fresh = [{"_id": "n1", "key": 101}, {"_id": "d3", "key": 102}, {"_id": "n2", "key": 3}]
    told = joined._insert([*fresh, {"_id": "n3", "key": 103}])
    taken = DuplicateKeyError
    assert [each and type(each) for each in told] == [None, taken, taken, None]
    assert things.count_documents({"_id": {"$in": ["n1", "n2", "n3"]}}) == 2


def test_one_insert_is_refused_as_ever(joined: Joined) -> None:
    with pytest.raises(DuplicateKeyError):
        joined.insert({"_id": "d1", "key": 500})


def test_saves_of_a_version_that_is_gone_are_told_apart(joined: Joined, things: Documents) -> None:
    things.update_one({"_id": "d2"}, {"$inc": {"version": 1}})
    told = joined._save([save(f"d{n}", 1, n) for n in range(MANY)] + [save("nobody", 1, 1)])
    assert told == [n != 2 for n in range(MANY)] + [False]
    assert things.count_documents({"value": {"$exists": True}}) == MANY - 1


def test_of_two_saves_of_one_version_one_is_made(joined: Joined, things: Documents) -> None:
    told = joined._save([save("d1", 1, 7), save("d1", 1, 8)])
    found = things.find_one({"_id": "d1"})
    assert found is not None
    assert (sorted(told), found["version"]) == ([False, True], 2)
    assert found["value"] == (7 if told[0] else 8)


def test_all_or_none_needs_no_second_look(joined: Joined) -> None:
    assert joined._save([save("d1", 1, 1), save("d2", 1, 1)]) == [True, True]
    assert joined._save([save("d1", 1, 2), save("d2", 1, 2)]) == [False, False]


def test_a_save_that_breaks_a_unique_key_fails_alone(joined: Joined) -> None:
    update = {"$set": {"key": 2, "saved_as": "x"}, "$inc": {"version": 1}}
    told = joined._save([save("d1", 1, 1), Save("d3", 1, update), save("d4", 1, 1)])
    assert [told[0], told[2]] == [True, True]
    assert isinstance(told[1], DuplicateKeyError)


def test_loads_come_in_the_order_in_which_they_were_asked(joined: Joined) -> None:
    told = joined._load(["d5", "nobody", "d1", "d5"])
    assert [each and each["_id"] for each in told] == ["d5", None, "d1", "d5"]
    assert joined.load("nobody") is None


def test_each_is_given_what_has_its_value(joined: Joined, things: Documents) -> None:
    things.insert_many([{"_id": f"e{n}", "key": 200 + n, "case": f"c{n % 2}"} for n in range(3)])
    told = joined._find("case", ["c1", "c0", "none", "c1"])
    assert [[each["_id"] for each in some] for some in told] == [["e1"], ["e0", "e2"], [], ["e1"]]
    assert [each["_id"] for each in joined.having("case", "c1")] == ["e1"]
