"""The timeline of a case: coded facts in the order in which they happened, never free text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

REMEMBERED = 500
_TOLD_AGAIN = frozenset({"alert_escalated", "alert_delivered", "alert_delivery_failed"})


@dataclass(frozen=True, slots=True)
class Entry:
    """A coded fact on the timeline.

    `by` is an account or agency id, `reference` that of the referral, session or alert; `number`
    its place in the order of arrival, from 1; `times` it was told, `at` the last of them, `earlier`
    the latest of the others.
    """

    kind: str
    at: datetime
    by: str | None = None
    reference: str | None = None
    codes: tuple[str, ...] = ()
    times: int = 1
    number: int = 0
    earlier: tuple[datetime, ...] = ()

    @property
    def fact(self) -> tuple[object, ...]:
        """Return what tells entries apart: of an alert that is told again, its moment does not."""
        told = (self.kind, self.by, self.reference, self.codes)
        return told if self.kind in _TOLD_AGAIN else (*told, self.at)

    def told_at(self, at: datetime) -> Entry:
        """Count one more telling; one that has been counted changes nothing.

        An alert that nobody answers is told for ever: what is older than all the moments that are
        remembered has been counted.
        """
        known = sorted((*self.earlier, self.at))
        if at in known or (len(self.earlier) == REMEMBERED and at < known[0]):
            return self
        moments = sorted((*known, at))
        earlier = tuple(moments[:-1][-REMEMBERED:])
        return replace(self, at=moments[-1], times=self.times + 1, earlier=earlier)


def enter(timeline: tuple[Entry, ...], entry: Entry) -> tuple[Entry, ...]:
    """Return the timeline with an entry, which stays as it is where the fact is there already.

    What an alert repeats is counted, not listed again.
    """
    for place, told in enumerate(timeline):
        if told.fact == entry.fact:
            return (*timeline[:place], told.told_at(entry.at), *timeline[place + 1 :])
    return (*timeline, replace(entry, number=len(timeline) + 1))
