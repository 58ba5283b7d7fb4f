"""Cursors: opaque, of one list, and never trusted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.storage.paging import (
    LATELY,
    BadCursor,
    Page,
    condition_after,
    cursor_of,
    newest,
)

ORDER = (("submitted_at", -1), ("_id", -1))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
moments = st.datetimes(timezones=st.just(UTC))


@given(moments, st.text(max_size=40))
def test_a_cursor_keeps_its_place(moment: datetime, identity: str) -> None:
    cursor = cursor_of({"submitted_at": moment, "_id": identity}, ORDER)
    assert condition_after(cursor, ORDER) == {
        "submitted_at": {"$lte": moment},
        "$or": [
            {"submitted_at": {"$lt": moment}},
            {"submitted_at": moment, "_id": {"$lt": identity}},
        ],
    }


@given(st.text(max_size=60))
def test_nonsense_is_no_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        condition_after(text + "!", ORDER)


def test_the_cursor_of_another_list_is_refused() -> None:
    cursor = cursor_of({"_id": "a"}, (("_id", 1),))
    with pytest.raises(BadCursor):
        condition_after(cursor, ORDER)


@pytest.mark.parametrize(("fills_at", "asked"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_what_grows_for_ever_is_asked_within_a_time_until_the_page_is_full(
    fills_at: int, asked: int
) -> None:
    within: list[dict[str, Any]] = []

    def ask(condition: dict[str, Any]) -> Page[int]:
        within.append(condition)
        return Page((1,), "next" if len(within) >= fills_at else None)

    newest(ask, "at", NOON)
    bounds: list[dict[str, Any]] = [{"at": {"$gte": NOON - span}} for span in LATELY]
    assert within == [*bounds, {}][:asked]
