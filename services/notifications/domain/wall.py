"""Local wall time and the moments that it means, in any time zone of the IANA.

A clock on the wall skips an hour in spring and shows one twice in autumn. A time that is shown
twice means its first showing; one that is not shown means the moment of the change, after which
the clock goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_SECOND = timedelta(seconds=1)
_NOT_A_PLACE = frozenset({"localtime", "Factory", "posixrules"})


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """The time from one moment up to another, which is not in it."""

    begins: datetime
    ends: datetime

    @property
    def seconds(self) -> float:
        """Return how long it is."""
        return (self.ends - self.begins).total_seconds()

    def holds(self, at: datetime) -> bool:
        """Tell whether a moment is in it."""
        return self.begins <= at < self.ends

    def within(self, other: Window) -> Window | None:
        """Return the part that lies in another; None where there is none."""
        begins, ends = max(self.begins, other.begins), min(self.ends, other.ends)
        return Window(begins, ends) if begins < ends else None


def is_zone(name: str) -> bool:
    """Tell whether this names a time zone."""
    return name in _zones()


def moment(local: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC) at which the clock on the wall shows `local`, which has no zone."""
    first = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if wall(first, zone) == local:
        return first
    return _change_between(local.replace(tzinfo=zone, fold=1).astimezone(UTC), first, zone)


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clock on the wall shows at a moment, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def merged(windows: Sequence[Window]) -> list[Window]:
    """Return windows in order, those that touch or overlap as one."""
    found: list[Window] = []
    for window in sorted(windows):
        if found and window.begins <= found[-1].ends:
            found[-1] = Window(found[-1].begins, max(found[-1].ends, window.ends))
        else:
            found.append(window)
    return found


def without(whole: Window, taken: Sequence[Window]) -> Iterator[Window]:
    """Yield what is left of a window when others are taken out of it, in order."""
    since = whole.begins
    for window in merged(taken):
        if since < window.begins:
            yield Window(since, min(window.begins, whole.ends))
        since = max(since, window.ends)
        if since >= whole.ends:
            return
    yield Window(since, whole.ends)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock was put on, between two moments, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + ((after - before) // 2 // _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_A_PLACE)
