"""The timeline of a case: coded facts in the order in which they happened, never free text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

_TOLD_AGAIN = frozenset({"alert_escalated", "alert_delivered", "alert_delivery_failed"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A coded fact on the timeline.

    `by` is an account or agency id, `reference` that of the referral, session or alert; `number`
    its place in the order of arrival, from 1; `times` it was told, `at` the last of them.
    """

    kind: str
    at: datetime
    by: str | None = None
    reference: str | None = None
    codes: tuple[str, ...] = ()
    times: int = 1
    number: int = 0

    def repeats(self, other: Entry) -> bool:
        """Do both tell the same of the same alert? One that nobody answers is told for ever."""
        said = (other.kind, other.by, other.reference, other.codes)
        return self.kind in _TOLD_AGAIN and (self.kind, self.by, self.reference, self.codes) == said


def enter(timeline: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """Return the timeline with an entry; what an alert repeats is counted, not listed again."""
    for place, told in enumerate(timeline):
        if entry.repeats(told):
            again = replace(told, at=max(told.at, entry.at), times=told.times + 1)
            return (*timeline[:place], again, *timeline[place + 1 :])
    return (*timeline, replace(entry, number=len(timeline) + 1))
