"""Cursors: opaque, of one list, and never trusted."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.storage.paging import BadCursor, condition_after, cursor_of

ORDER = (("submitted_at", -1), ("_id", -1))
moments = st.datetimes(timezones=st.just(UTC))


@given(moments, st.text(max_size=40))
def test_a_cursor_keeps_its_place(moment: datetime, identity: str) -> None:
    cursor = cursor_of({"submitted_at": moment, "_id": identity}, ORDER)
    assert condition_after(cursor, ORDER) == {
        "$or": [
            {"submitted_at": {"$lt": moment}},
            {"submitted_at": moment, "_id": {"$lt": identity}},
        ]
    }


@given(st.text(max_size=60))
def test_nonsense_is_no_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        condition_after(text + "!", ORDER)


def test_the_cursor_of_another_list_is_refused() -> None:
    cursor = cursor_of({"_id": "a"}, (("_id", 1),))
    with pytest.raises(BadCursor):
        condition_after(cursor, ORDER)
