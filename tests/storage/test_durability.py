"""What was acknowledged is there after the server was killed; only where the test owns it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import MongoClient, WriteConcern
from pymongo.collection import Collection
from pymongo.errors import PyMongoError

from services.chassis.messaging.outbox import Outbox
from services.chassis.storage.mongo import Index, ensure_indexes
from tests.support.own import OwnMongo

WRITERS = 4
KILLED_AFTER = 300
AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def things(own_mongo: OwnMongo) -> Collection[dict[str, Any]]:
    """A collection whose writes are journalled, on a server of this test's own."""
    client: MongoClient[dict[str, Any]] = MongoClient(
        own_mongo.uri, tz_aware=True, serverSelectionTimeoutMS=1_000, socketTimeoutMS=3_000
    )
    durable = WriteConcern("majority", j=True, wtimeout=10_000)
    return client["durability"].get_collection("things", write_concern=durable)


def test_no_acknowledged_write_is_lost_when_the_server_is_killed_in_the_middle(
    own_mongo: OwnMongo, things: Collection[dict[str, Any]]
) -> None:
    acknowledged: dict[int, list[int]] = {writer: [] for writer in range(WRITERS)}

    def write(writer: int) -> None:
        things.insert_one({"_id": writer, "kept": [], "version": 0})
        for n in range(100_000):
            mine = {"_id": writer, "version": n}
            try:
                things.update_one(mine, {"$inc": {"version": 1}, "$push": {"kept": n}})
            except PyMongoError:
                return
            acknowledged[writer].append(n)
            if writer == 0 and n == KILLED_AFTER:
                own_mongo.kill()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    own_mongo.start()
    for writer, told in acknowledged.items():
        found = things.find_one({"_id": writer})
        assert found is not None
        assert found["kept"][: len(told)] == told
        # The write that was under way may be there or not, but never half of it.
        assert found["version"] == len(found["kept"]) <= len(told) + 1
    assert min(map(len, acknowledged.values())) > 0


def test_indexes_and_what_is_due_outlive_the_server(
    own_mongo: OwnMongo, things: Collection[dict[str, Any]]
) -> None:
    ensure_indexes(things, [Index("outbox_due", (("outbox_due", 1),), sparse=True)])
    said = {"seq": 1, "event_id": "e", "routing_key": "k", "body": "{}", "occurred_at": AT}
    things.insert_many([{"_id": str(n), "outbox": [said], "outbox_due": AT} for n in range(20)])
    outbox = Outbox(things, timedelta(seconds=5))
    outbox.confirm({str(n): {1} for n in range(10)})
    own_mongo.kill()
    own_mongo.start()
    assert set(things.index_information()) == {"_id_", "outbox_due"}
    assert {entry.aggregate_id for entry in outbox.claim(AT, 99)} == {str(n) for n in range(10, 20)}
