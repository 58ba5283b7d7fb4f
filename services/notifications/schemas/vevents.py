"""What is wrong with one event of a calendar as it stands, before its repeats are reckoned out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from services.notifications.domain.rota_faults import YEARS
from services.notifications.domain.rota_reasons import Reason
from services.notifications.schemas.repeats import is_plain

Wrong = tuple[Reason, Mapping[str, str | int]]
"""A reason, and what fills its gaps beside the line and the UID of the event."""
_ONCE = ("UID", "SUMMARY", "STATUS", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID")


def faults_of(event: Any) -> Iterator[Wrong]:
    """Yield what is wrong with an event (VEVENT); nothing of it repeats what the event says."""
    broken = {name or "" for name, _ in event.errors}
    doubled = {name for name in _ONCE if isinstance(event.get(name), list)}
    yield from map(_unreadable, sorted(broken))
    yield from ((Reason.EVENT_DOUBLED, {"part": name}) for name in sorted(doubled))
    if not broken | doubled:
        yield from _missing(event)
        yield from _wrong_times(event)
        if "RRULE" in event and not is_plain(event["RRULE"]):
            yield Reason.EVENT_ODD_REPEAT, {}


def _unreadable(name: str) -> Wrong:
    return (Reason.EVENT_UNREADABLE, {"part": name}) if name else (Reason.EVENT_UNREADABLE_LINE, {})


def _missing(event: Any) -> Iterator[Wrong]:
    if not event.get("UID"):
        yield Reason.EVENT_NO_UID, {}
    if "DTSTART" not in event:
        yield Reason.EVENT_NO_BEGINNING, {}
    if "DTEND" not in event and "DURATION" not in event:
        yield Reason.EVENT_NO_END, {}


def _wrong_times(event: Any) -> Iterator[Wrong]:
    told = [event[name] for name in ("DTSTART", "DTEND") if name in event]
    times = [each.dt for each in told]
    if not all(isinstance(at, date) for at in times):
        yield Reason.EVENT_NO_DATE, {}
        return
    if any(at.year not in YEARS for at in times):
        yield Reason.EVENT_OTHER_YEARS, {"first": YEARS[0], "last": YEARS[-1]}
    if any(_is_elsewhere(each) for each in told):
        yield Reason.EVENT_ZONE_UNKNOWN, {}
    elif len({_sort(at) for at in times}) > 1:
        yield Reason.EVENT_MIXED_TIMES, {}
    elif any(ends <= begins for begins, ends in pairwise(times)) or not _lasts(event):
        yield Reason.EVENT_ENDS_FIRST, {}


def _sort(at: date) -> tuple[bool, bool]:
    return isinstance(at, datetime), isinstance(at, datetime) and at.tzinfo is not None


def _lasts(event: Any) -> bool:
    lasts = event["DURATION"].dt if "DURATION" in event else timedelta.max
    return isinstance(lasts, timedelta) and lasts > timedelta(0)


def _is_elsewhere(told: Any) -> bool:
    """Tell whether a time names a zone that nobody knows."""
    at = told.dt
    return isinstance(at, datetime) and at.tzinfo is None and "TZID" in told.params
