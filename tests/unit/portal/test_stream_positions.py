"""Where a browser stands in the stream, and what one stream has written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.portal.live.catching_up import FURTHEST_BACK, OVERLAP, within_reach
from services.portal.live.change import BadCursor, Change, Cursor
from services.portal.live.stream import WAITING_AT_MOST, Stream, Why
from tests.unit.portal.people import ANA

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_000, tzinfo=UTC)


def change(after: timedelta = timedelta(0), event: str = "alert_raised") -> Change:
    return Change(Cursor(NOON + after, "A-7F3K-9QX2", event), "cluj", None, "{}")


def test_a_position_is_read_back_as_it_was_written() -> None:
    cursor = Cursor(NOON, "A-7F3K-9QX2", "alert_raised")
    assert str(cursor) == "2026-03-01T12:00:00.123+00:00/A-7F3K-9QX2/alert_raised"
    assert Cursor.read(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17",
        "yesterday/A/b",
        "2026-03-01T12:00:00/A/b",
        "2026-03-01T12:00:00Z",
        "//",
        "2026-03-01T12:00:00Z/A-7F3K-9QX2/made_up",
        "2026-03-01T12:00:00Z/A-7F3K/alert_raised",
        "2026-03-01T12:00:00Z/-/-\ndata: x",
        "2026-03-01T12:00:00Z/" + "A" * 5000 + "/-",
    ],
)
def test_other_text_is_no_position(text: str) -> None:
    with pytest.raises(BadCursor):
        Cursor.read(text)


@pytest.mark.parametrize(
    ("asked", "begins"),
    [
        (NOON - timedelta(hours=11), NOON - timedelta(hours=11)),
        (NOON - timedelta(days=3), NOON - FURTHEST_BACK),
        (datetime.min.replace(tzinfo=UTC), NOON - FURTHEST_BACK),
        (NOON + OVERLAP, NOON + OVERLAP),
        (NOON + timedelta(minutes=2), NOON - FURTHEST_BACK),
        (datetime.max.replace(tzinfo=UTC), NOON - FURTHEST_BACK),
    ],
)
def test_a_stream_begins_at_most_a_day_ago_and_misses_nothing_to_come(
    asked: datetime, begins: datetime
) -> None:
    assert within_reach(Cursor(asked), NOON).at == begins


def test_the_same_change_is_written_once() -> None:
    stream = Stream(ANA, Cursor(NOON))
    assert stream.is_new(change())
    assert not stream.is_new(change())
    assert stream.is_new(change(event="alert_escalated"))


def test_the_position_moves_on_with_what_is_written_and_never_back() -> None:
    stream = Stream(ANA, Cursor(NOON))
    later, earlier = change(timedelta(seconds=5)), change(timedelta(seconds=2))
    stream.is_new(later)
    stream.is_new(earlier)
    assert stream.position == later.cursor


def test_a_page_that_does_not_keep_up_is_let_go_with_nothing_kept() -> None:
    stream = Stream(ANA, Cursor(NOON))
    for second in range(WAITING_AT_MOST + 1):
        stream.offer(change(timedelta(seconds=second)))
    assert stream.ended is Why.TOO_SLOW
    assert stream.waiting == 1


def test_an_ended_stream_takes_nothing_more() -> None:
    stream = Stream(ANA, Cursor(NOON))
    stream.end(Why.SIGNED_OUT)
    stream.offer(change())
    assert stream.waiting == 1
