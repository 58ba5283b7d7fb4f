"""What was saved last is at hand, as it was saved, once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

from bson.binary import Binary

from services.chassis.storage.recent import KEPT_BYTES, Recent
from services.chassis.storage.turns import Turns
from tests.support import until

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def saved(id: str, version: int = 1, **state: Any) -> dict[str, Any]:
    return {"_id": id, "version": version, **state}


def test_a_document_comes_back_as_the_database_would_give_it_and_only_once() -> None:
    recent, document = Recent(), saved("a", at=NOON, sealed=Binary(b"x", 6), tuples=(1, 2))
    recent.keep(document)
    assert recent.take("a") == document | {"tuples": [1, 2]}
    assert recent.take("a") is None


def test_an_older_save_that_is_told_late_does_not_hide_the_newer() -> None:
    recent = Recent()
    recent.keep(saved("a", 3))
    recent.keep(saved("a", 2))
    assert recent.take("a") == saved("a", 3)


def test_the_oldest_makes_room_and_what_is_large_is_not_kept() -> None:
    recent = Recent(kept=2)
    for each in ("a", "b", "c"):
        recent.keep(saved(each))
    recent.keep(saved("b", 2, text="x" * KEPT_BYTES))
    assert [recent.take(each) for each in ("a", "b", "c")] == [None, None, saved("c")]


def test_turns_are_taken_by_key_and_nothing_is_left_of_them() -> None:
    turns, entered = Turns(), []

    def enter(key: str) -> None:
        with turns.of(key):
            entered.append(key)

    with turns.of("a"):
        other = threading.Thread(target=enter, args=("a",))
        other.start()
        enter("b")
        until(lambda: turns._turns["a"].wanted_by == 2)
        assert entered == ["b"]
    other.join(10)
    assert entered == ["b", "a"]
    assert not turns._turns
