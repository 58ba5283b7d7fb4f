"""A session ends half an hour after its last use, and twelve hours after sign-in in any case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.portal.accounts.sessions import Session, token_hash

MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)


def session(seen_after: timedelta) -> Session:
    return Session("s", "ana", "csrf", MORNING, MORNING + seen_after)


def test_a_session_is_alive_while_it_is_used() -> None:
    assert session(timedelta(hours=3)).is_alive(MORNING + timedelta(hours=3, minutes=29))


def test_an_idle_session_ends() -> None:
    assert not session(timedelta(hours=3)).is_alive(MORNING + timedelta(hours=3, minutes=30))


def test_a_busy_session_ends_too() -> None:
    busy = session(timedelta(hours=11, minutes=59))
    assert busy.is_alive(MORNING + timedelta(hours=11, minutes=59, seconds=59))
    assert not busy.is_alive(MORNING + timedelta(hours=12))


def test_the_database_does_not_hold_what_opens_a_session() -> None:
    assert token_hash("token") != "token"
    assert token_hash("token") == token_hash("token")
