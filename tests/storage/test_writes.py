"""What is written: compare-and-set, arrays inside a document, bulks, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo import UpdateOne
from pymongo.errors import DocumentTooLarge, DuplicateKeyError, OperationFailure, WriteError

from tests.storage.conftest import Documents

OUTBOX = [{"seq": 1, "body": "a"}, {"seq": 2, "body": "b"}, {"seq": 3, "body": "c"}]
MINE = {"_id": "x"}


def changed(things: Documents, before: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    """Return what an update makes of a document."""
    things.insert_one({**MINE, **before})
    assert things.update_one(MINE, update).matched_count == 1
    found = things.find_one(MINE, {"_id": 0})
    assert found is not None
    return found


def test_a_write_is_acknowledged(things: Documents) -> None:
    assert things.insert_one({}).acknowledged
    assert things.update_one({}, {"$set": {"a": 1}}).acknowledged


def test_a_second_document_with_an_id_is_refused_and_the_first_stays(things: Documents) -> None:
    things.insert_one({**MINE, "by": "first"})
    with pytest.raises(DuplicateKeyError):
        things.insert_one({**MINE, "by": "second"})
    assert things.find_one(MINE) == {**MINE, "by": "first"}


def test_a_write_for_an_overtaken_version_changes_nothing_and_says_so(things: Documents) -> None:
    things.insert_one({**MINE, "version": 2})
    done = things.update_one({**MINE, "version": 1}, {"$set": {"a": 1}, "$inc": {"version": 1}})
    assert (done.matched_count, done.modified_count) == (0, 0)
    assert things.find_one(MINE) == {**MINE, "version": 2}


def test_a_write_for_the_version_that_stands_says_that_it_was_made(things: Documents) -> None:
    things.insert_one({**MINE, "version": 1})
    done = things.update_one({**MINE, "version": 1}, {"$inc": {"version": 1}})
    assert (done.matched_count, done.modified_count) == (1, 1)


def test_a_write_that_changes_nothing_is_found_but_not_modified(things: Documents) -> None:
    things.insert_one({**MINE, "name": "a"})
    done = things.update_one(MINE, {"$set": {"name": "a"}})
    assert (done.matched_count, done.modified_count) == (1, 0)


def test_one_update_sets_counts_pushes_and_takes_away(things: Documents) -> None:
    saved = {
        "$set": {"state": "closed", "outbox_due": 9},
        "$inc": {"version": 1, "seq": 2},
        "$unset": {"note": ""},
        "$push": {
            "outbox": {"$each": [{"seq": 1}, {"seq": 2}]},
            "receipts": {"$each": ["c"], "$slice": -2},
        },
    }
    before = {"version": 1, "seq": 0, "note": "n", "outbox": [], "receipts": ["a", "b"]}
    assert changed(things, before, saved) == {
        "version": 2,
        "seq": 2,
        "state": "closed",
        "outbox_due": 9,
        "outbox": [{"seq": 1}, {"seq": 2}],
        "receipts": ["b", "c"],
    }


def test_pushing_makes_an_array_that_was_not_there(things: Documents) -> None:
    assert changed(things, {}, {"$push": {"kept": {"$each": [1, 2]}}}) == {"kept": [1, 2]}


def test_what_is_confirmed_is_pulled_and_the_rest_stays_as_it_was(things: Documents) -> None:
    pulled = {"$pull": {"outbox": {"seq": {"$in": [1, 3]}}}}
    assert changed(things, {"outbox": OUTBOX}, pulled) == {"outbox": [OUTBOX[1]]}


def test_two_arrays_are_pulled_from_at_once(things: Documents) -> None:
    before = {"outbox": OUTBOX, "heard": ["1:risk", "1:sessions", "2:risk"]}
    pulled = {"$pull": {"outbox": {"seq": 1}, "heard": {"$in": ["1:risk", "1:sessions"]}}}
    assert changed(things, before, pulled) == {"outbox": OUTBOX[1:], "heard": ["2:risk"]}


def test_a_set_takes_each_mark_once(things: Documents) -> None:
    added = {"$addToSet": {"heard": {"$each": ["1:risk", "1:sessions", "1:risk"]}}}
    assert changed(things, {"heard": ["1:risk"]}, added) == {"heard": ["1:risk", "1:sessions"]}


def test_a_set_is_made_by_the_first_mark(things: Documents) -> None:
    assert changed(things, {}, {"$addToSet": {"heard": {"$each": ["a"]}}}) == {"heard": ["a"]}


def test_the_greater_of_two_stands(things: Documents) -> None:
    raised = {"$max": {"low": 5, "high": 5, "absent": 5}}
    assert changed(things, {"low": 1, "high": 9}, raised) == {"low": 5, "high": 9, "absent": 5}


def test_a_field_that_is_not_there_may_be_taken_away(things: Documents) -> None:
    assert changed(things, {"a": 1}, {"$unset": {"b": ""}}) == {"a": 1}


def test_a_bulk_is_made_in_order_and_counted(things: Documents) -> None:
    things.insert_one({**MINE, "outbox": OUTBOX[:1], "due": 5})
    steps = [
        UpdateOne({"_id": "nobody"}, {"$set": {"a": 1}}),
        UpdateOne(MINE, {"$pull": {"outbox": {"seq": 1}}}),
        UpdateOne({**MINE, "outbox": []}, {"$unset": {"due": ""}}),
    ]
    done = things.bulk_write(steps)
    assert (done.matched_count, done.modified_count) == (2, 2)
    assert things.find_one(MINE) == {**MINE, "outbox": []}


@pytest.mark.parametrize("ordered", [True, False])
def test_a_bulk_without_any_match_is_no_error(things: Documents, ordered: bool) -> None:
    nobody = UpdateOne({"_id": "nobody"}, {"$set": {"a": 1}})
    assert things.bulk_write([nobody, nobody], ordered=ordered).matched_count == 0


def test_an_update_never_makes_a_document(things: Documents) -> None:
    things.update_one(MINE, {"$set": {"a": 1}})
    assert things.count_documents({}) == 0


def test_deleting_says_whether_there_was_anything(things: Documents) -> None:
    things.insert_one(MINE)
    assert [things.delete_one(MINE).deleted_count for _ in range(2)] == [1, 0]


def test_all_but_one_are_deleted(things: Documents) -> None:
    things.insert_many([{"_id": n, "account": "ana"} for n in "abc"])
    assert things.delete_many({"account": "ana", "_id": {"$ne": "b"}}).deleted_count == 2
    assert [found["_id"] for found in things.find()] == ["b"]


def test_a_refused_update_leaves_the_document_as_it_was(things: Documents) -> None:
    things.insert_one({**MINE, "name": "text", "version": 1})
    with pytest.raises(OperationFailure):
        things.update_one(MINE, {"$inc": {"version": 1}, "$push": {"name": 1}})
    assert things.find_one(MINE) == {**MINE, "name": "text", "version": 1}


def test_a_document_that_grows_too_big_is_refused_and_stays(things: Documents) -> None:
    things.insert_one({**MINE, "kept": ["x" * 9_000_000]})
    with pytest.raises((DocumentTooLarge, WriteError, OperationFailure)):
        things.update_one(MINE, {"$push": {"kept": "y" * 9_000_000}})
    found = things.find_one(MINE)
    assert found is not None
    assert len(found["kept"]) == 1
