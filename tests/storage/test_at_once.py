"""Many at the same moment: one of them wins, each is told which, and no write is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TypeVar

from pymongo.errors import DuplicateKeyError

from services.chassis.messaging.outbox import Outbox
from tests.storage.conftest import Documents

THREADS = 8
EACH = 25
Result = TypeVar("Result")


def together(work: Callable[[int], Result]) -> list[Result]:
    """Return what each of some threads came to, all let go at once."""
    line = Barrier(THREADS)

    def start(number: int) -> Result:
        line.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(start, range(THREADS)))


def test_every_compare_and_set_that_says_it_won_is_there(things: Documents) -> None:
    things.insert_one({"_id": "x", "version": 0, "by": []})

    def write(thread: int) -> int:
        won = 0
        while won < EACH:
            found = things.find_one({"_id": "x"})
            assert found is not None
            mine = {"_id": "x", "version": found["version"]}
            update = {"$inc": {"version": 1}, "$push": {"by": f"{thread}:{won}"}}
            won += things.update_one(mine, update).modified_count
        return won

    assert sum(together(write)) == THREADS * EACH
    found = things.find_one({"_id": "x"})
    assert found is not None
    assert found["version"] == len(set(found["by"])) == len(found["by"]) == THREADS * EACH


def test_of_all_who_insert_one_key_one_wins(things: Documents) -> None:
    things.create_index("claims", unique=True, sparse=True)

    def claim(thread: int) -> list[int]:
        return [n for n in range(EACH) if _inserted(things, f"{thread}-{n}", f"claim-{n}")]

    won = [number for numbers in together(claim) for number in numbers]
    assert sorted(won) == list(range(EACH))
    assert things.count_documents({}) == EACH


def _inserted(things: Documents, key: str, claim: str) -> bool:
    try:
        things.insert_one({"_id": key, "claims": [claim, f"own-{key}"]})
    except DuplicateKeyError:
        return False
    return True


def test_of_all_who_take_an_outbox_one_gets_it(things: Documents) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    said = {"seq": 1, "event_id": "e", "routing_key": "k", "body": "{}", "occurred_at": at}
    things.insert_many([{"_id": str(n), "outbox": [said], "outbox_due": at} for n in range(EACH)])
    outbox = Outbox(things, timedelta(seconds=5))
    claims = together(lambda _: [entry.aggregate_id for entry in outbox.claim(at, EACH)])
    taken = [aggregate_id for claim in claims for aggregate_id in claim]
    assert sorted(taken) == sorted(map(str, range(EACH)))


def test_what_is_pushed_and_pulled_at_once_is_neither_lost_nor_brought_back(
    things: Documents,
) -> None:
    things.insert_one({"_id": "x", "outbox": []})

    def say_and_confirm(thread: int) -> None:
        for n in range(EACH):
            seq = thread * EACH + n
            things.update_one({"_id": "x"}, {"$push": {"outbox": {"$each": [{"seq": seq}]}}})
            if n % 2:
                things.update_one({"_id": "x"}, {"$pull": {"outbox": {"seq": {"$in": [seq]}}}})

    together(say_and_confirm)
    found = things.find_one({"_id": "x"})
    assert found is not None
    left = sorted(entry["seq"] for entry in found["outbox"])
    assert left == [t * EACH + n for t in range(THREADS) for n in range(0, EACH, 2)]


def test_counting_up_at_once_counts_all(things: Documents) -> None:
    things.insert_one({"_id": "x", "n": 0})
    together(lambda _: [things.update_one({"_id": "x"}, {"$inc": {"n": 1}}) for _ in range(EACH)])
    assert things.find_one({"_id": "x"}) == {"_id": "x", "n": THREADS * EACH}


def test_readers_never_see_half_a_write(things: Documents) -> None:
    things.insert_one({"_id": "x", "a": 0, "b": 0})

    def either(thread: int) -> bool:
        if thread == 0:
            for n in range(EACH * 4):
                things.update_one({"_id": "x"}, {"$set": {"a": n, "b": n}})
            return True
        seen = [things.find_one({"_id": "x"}) or {} for _ in range(EACH)]
        return all(found["a"] == found["b"] for found in seen)

    assert all(together(either))
