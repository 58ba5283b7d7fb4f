"""Cursors: opaque, of one list, and never trusted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.storage.paging import (
    LATELY,
    BadCursor,
    Page,
    cursor_of,
    found_after,
    newest,
)

ORDER = (("submitted_at", -1), ("_id", -1))
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
moments = st.datetimes(timezones=st.just(UTC))


class Kept:
    """Finds documents in their order, within a bound on the moment of submission."""

    def __init__(self, *places: tuple[datetime, str]) -> None:
        self.rows = [{"submitted_at": at, "_id": key} for at, key in sorted(places, reverse=True)]
        self.asked: list[int] = []

    def ask(self, bound: Mapping[str, Any], size: int) -> list[dict[str, Any]]:
        self.asked.append(size)
        until = bound.get("submitted_at", {}).get("$lte", NOON)
        return [row for row in self.rows if row["submitted_at"] <= until][:size]


@given(moments, st.text(max_size=40))
def test_a_cursor_keeps_its_place(moment: datetime, identity: str) -> None:
    cursor = cursor_of({"submitted_at": moment, "_id": identity}, ORDER)
    bounds: list[Mapping[str, Any]] = []
    assert found_after(lambda bound, _: bounds.append(bound) or [], cursor, ORDER, 5) == []
    assert bounds == [{"submitted_at": {"$lte": moment}}]


@pytest.mark.parametrize("wanted", [1, 2, 3, 9])
def test_pages_show_everything_once_though_many_share_a_moment(wanted: int) -> None:
    kept = Kept(*((NOON, f"{number:02}") for number in range(20)), (NOON - LATELY[0], "old"))
    seen: list[dict[str, Any]] = []
    after = None
    while page := found_after(kept.ask, after, ORDER, wanted):
        seen += page
        after = cursor_of(page[-1], ORDER)
    assert seen == kept.rows


@pytest.mark.parametrize("place", [["x", "y"], [1, 2], [NOON.isoformat(), None]])
def test_a_cursor_with_other_things_in_it_is_refused(place: list[Any]) -> None:
    forged = dict(zip(("submitted_at", "_id"), place, strict=True))
    with pytest.raises(BadCursor):
        found_after(lambda *_: Kept((NOON, "a")).rows, cursor_of(forged, ORDER), ORDER, 1)


@given(st.text(max_size=60))
def test_nonsense_is_no_cursor(text: str) -> None:
    with pytest.raises(BadCursor):
        found_after(Kept().ask, text + "!", ORDER, 1)


def test_the_cursor_of_another_list_is_refused() -> None:
    cursor = cursor_of({"_id": "a"}, (("_id", 1),))
    with pytest.raises(BadCursor):
        found_after(Kept().ask, cursor, ORDER, 1)


def bounds_asked(after: str | None, *, fills_at: int = 9, now: datetime = NOON) -> list[Any]:
    """Return the conditions under which `newest` asks until the page is full."""
    within: list[dict[str, Any]] = []

    def ask(condition: dict[str, Any]) -> Page[int]:
        within.append(condition)
        return Page((1,), "next" if len(within) >= fills_at else None)

    newest(ask, "at", after, now)
    return within


@pytest.mark.parametrize(("fills_at", "asked"), [(1, 1), (2, 2), (3, 3), (9, 3)])
def test_what_grows_for_ever_is_asked_within_a_time_until_the_page_is_full(
    fills_at: int, asked: int
) -> None:
    bounds: list[dict[str, Any]] = [{"at": {"$gte": NOON - span}} for span in LATELY]
    assert bounds_asked(None, fills_at=fills_at) == [*bounds, {}][:asked]


def test_a_later_page_is_asked_within_a_time_that_ends_at_its_place() -> None:
    at = NOON - timedelta(days=400)
    cursor = cursor_of({"at": at, "_id": "a"}, (("at", -1), ("_id", 1)))
    assert bounds_asked(cursor) == [*({"at": {"$gte": at - span}} for span in LATELY), {}]
    of_another_list = cursor_of({"_id": "a"}, (("_id", 1),))
    assert bounds_asked(of_another_list) == bounds_asked(None)
