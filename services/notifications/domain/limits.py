"""How often one contact method may be used, so that no storm of notices makes anybody deaf.

What a woman's life may depend on is never held back: the first notice of an alert of high risk, and
the first at each level that it comes to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.escalation import Kind


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many within so long."""

    most: int
    within: timedelta


LIMITS = (
    Limit(1, timedelta(seconds=10)),
    Limit(5, timedelta(minutes=5)),
    Limit(20, timedelta(hours=1)),
)
LONGEST = max(limit.within for limit in LIMITS)
"""What was sent longer ago than this no longer counts, and need not be kept."""


def never_waits(kind: Kind, is_first_at_level: bool) -> bool:
    """Tell whether a notice is sent at once, however much was sent before."""
    return kind is Kind.HIGH_RISK and is_first_at_level


def not_before(
    sent: Sequence[datetime],
    *,
    kind: Kind,
    is_first_at_level: bool,
    at: datetime,
    limits: Sequence[Limit] = LIMITS,
) -> datetime:
    """Return when a notice may be sent: `at` itself, or the first moment that the limits allow.

    `sent` are the times at which this contact method was used, in any order; everything that was
    sent counts, also what never waits. A time after `at` (clocks differ) counts as `at`, so that no
    clock can hold a notice back for longer than the longest limit.
    """
    if never_waits(kind, is_first_at_level):
        return at
    times = sorted(min(moment, at) for moment in sent)
    return max((_free_at(times, limit, at) for limit in limits), default=at)


def _free_at(times: Sequence[datetime], limit: Limit, at: datetime) -> datetime:
    """Return when a limit has room: when the earliest of the last `most` no longer counts."""
    if len(times) < limit.most:
        return at
    return max(at, times[-limit.most] + limit.within)
