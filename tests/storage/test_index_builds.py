"""An index is built on a grown collection while others write: nothing is refused, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from pymongo.errors import DuplicateKeyError, OperationFailure

from services.chassis.storage.mongo import Index, ensure_indexes
from tests.storage.conftest import Documents
from tests.support.waiting import until

GROWN = 5_000
ADDED = (
    Index("area_count", (("area", 1), ("count", -1), ("_id", -1))),
    Index("due", (("due", 1),), sparse=True),
    Index("reference", (("reference", 1),), unique=True),
)


@pytest.fixture
def grown(things: Documents) -> Documents:
    """Thousands of documents, as a service of the release before keeps them."""
    things.insert_many(
        [{"_id": n, "reference": f"R-{n}", "area": "cluj", "count": n} for n in range(GROWN)]
    )
    return things


class Writer:
    """Inserts and changes documents, one after the other; `done` counts those answered."""

    def __init__(self, things: Documents) -> None:
        self.things, self.over, self.done = things, Event(), 0

    def write(self) -> None:
        """Write until it is over; a refusal ends it."""
        while not self.over.is_set():
            number = GROWN + self.done
            self.things.insert_one(
                {"_id": number, "reference": f"R-{number}", "area": "x", "count": 0}
            )
            self.things.update_one({"_id": self.done}, {"$inc": {"count": 1}, "$set": {"due": 1}})
            self.done += 1


@contextmanager
def writing(things: Documents) -> Iterator[Writer]:
    """Write as the processes of the release before do; what befalls it is raised at the end."""
    writer = Writer(things)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(writer.write)
        until(lambda: writer.done > 0)
        try:
            yield writer
        finally:
            writer.over.set()
        under_way.result()


def test_writes_go_on_while_indexes_are_built(grown: Documents) -> None:
    with writing(grown) as writer:
        ensure_indexes(grown, ADDED)
        before = writer.done
        until(lambda: writer.done > before)
    assert {"area_count", "due", "reference"} <= set(grown.index_information())
    assert grown.count_documents({}) == GROWN + writer.done
    assert len(list(grown.find({"due": 1}).hint("due"))) == writer.done
    assert len(list(grown.find({"area": "x"}).hint("area_count"))) == writer.done
    with pytest.raises(DuplicateKeyError):
        grown.insert_one({"_id": "again", "reference": "R-1"})


def test_what_is_twice_already_refuses_a_unique_index_and_stays(grown: Documents) -> None:
    """The new release does not start then, and the one before goes on."""
    grown.insert_one({"_id": "again", "reference": "R-1"})
    with pytest.raises(OperationFailure):
        ensure_indexes(grown, ADDED)
    assert "reference" not in grown.index_information()
    assert grown.count_documents({"reference": "R-1"}) == 2


def test_an_index_that_is_no_longer_declared_stays(grown: Documents) -> None:
    """The release before still asks by it; it is dropped by hand (docs/upgrading.md)."""
    ensure_indexes(grown, ADDED)
    ensure_indexes(grown, ADDED[:1])
    assert {"due", "reference"} <= set(grown.index_information())
