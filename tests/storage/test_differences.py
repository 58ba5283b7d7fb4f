"""Where the embedded server differs from MongoDB, and that nothing here rests on it.

Each test names one difference and proves both: that it is still there on the embedded server (a
later release may mend it: then say so here), and that what the code relies on holds on either.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

from services.chassis.messaging.outbox import Outbox
from tests.house.source import python
from tests.storage.conftest import Contract, Documents
from tests.storage.test_indexes import way

LEASE = timedelta(seconds=5)
SLOWER_AT_MOST = 6


def test_all_over_embedded_documents_finds_nothing_where_several_are_asked_for(
    contract: Contract, things: Documents
) -> None:
    things.insert_one({"_id": "x", "outbox": [{"seq": 1}, {"seq": 2}], "outbox_due": 1})
    found = things.count_documents({"outbox.seq": {"$all": [1, 2]}})
    assert found == (0 if contract.is_embedded else 1)
    assert things.count_documents({"$and": [{"outbox.seq": 1}, {"outbox.seq": 2}]}) == 1
    Outbox(things, LEASE).confirm({"x": {1, 2}})
    assert things.find_one({"_id": "x"}) == {"_id": "x", "outbox": []}


def test_a_sorted_page_is_sorted_in_memory(contract: Contract, things: Documents) -> None:
    things.create_index([("area", 1), ("at", -1), ("_id", -1)])
    things.insert_many([{"_id": n, "area": "cluj", "at": n % 7} for n in range(50)])
    order = [("at", -1), ("_id", -1)]
    plan = way(things, {"area": "cluj"}, order)
    assert ("SORT" in plan) == contract.is_embedded
    assert "IXSCAN" in plan
    page = [each["_id"] for each in things.find({"area": "cluj"}).sort(order).limit(3)]
    assert page == [48, 41, 34]


def test_a_write_on_key_and_version_is_explained_as_a_scan(
    contract: Contract, things: Documents
) -> None:
    things.insert_many([{"_id": n, "version": 1} for n in range(200)])
    plan = way(things, {"_id": 7, "version": 1}, [])
    assert ("COLLSCAN" in plan) == contract.is_embedded
    few = _seconds(lambda n: things.update_one({"_id": n, "version": 1}, {"$inc": {"version": 1}}))
    things.insert_many([{"_id": n, "version": 1} for n in range(200, 8_000)])
    many = _seconds(lambda n: things.update_one({"_id": n, "version": 2}, {"$inc": {"version": 1}}))
    assert many < few * SLOWER_AT_MOST


def test_finding_and_changing_at_once_scans_so_nobody_does_it() -> None:
    found = [one.name for one in python("services/") if "find_one_and_" in one.text]
    assert not found


def test_it_says_that_it_is_a_replica_set_of_one(contract: Contract) -> None:
    hello = contract.client.admin.command("hello")
    assert (hello.get("setName") == "secantus") == contract.is_embedded


def _seconds(write: Callable[[int], Any]) -> float:
    """Return how long the fastest of some writes took, of those that were made one by one."""
    took = []
    for number in range(30):
        since = perf_counter()
        assert write(number).modified_count == 1
        took.append(perf_counter() - since)
    return min(took)
