"""The wall clock, in the one form that is stored and sent."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment, aware UTC, in whole milliseconds (all that the database keeps)."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
