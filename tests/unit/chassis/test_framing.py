"""What a document holds beside its state: what of it has been heard leaves with a change."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from services.chassis.messaging.outbox import Entry
from services.chassis.storage import framing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = {"_id": "a", "version": 1, "seq": 1, "receipts": [], "outbox": [{"seq": 1}]}
NEXT = Entry("a", 2, "event-2", "case_closed.v1", "{}", NOON)
MARKS = {"outbox_due", "outbox_said", "outbox_heard"}


def change(said: list[Entry]) -> dict[str, Any]:
    return framing.change(BEFORE, {"count": 7}, said, None, NOON, empties=True)


def test_no_mark_of_what_leaves_is_left() -> None:
    """Others set them without a new version: the document that is changed may not show them."""
    assert change([])["$unset"].keys() == MARKS
    assert change([NEXT])["$unset"].keys() == MARKS - {"outbox_due"}
    assert change([NEXT])["$set"]["outbox_due"] == NOON


@pytest.mark.parametrize("outbox", ["x", None, [{"seq": 2}, {}], [{"seq": 2}, "x"]])
def test_of_a_damaged_outbox_nothing_leaves(outbox: Any) -> None:
    assert framing.heard({**BEFORE, "outbox": outbox}, {2}) == []


def test_all_leaves_or_nothing() -> None:
    waits = {**BEFORE, "outbox": [{"seq": 1}, {"seq": 2}]}
    assert framing.heard(waits, {1, 2, 3}) == [1, 2]
    assert framing.heard(waits, {2, 3}) == []
