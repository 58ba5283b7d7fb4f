"""The engagement rule: when missed sessions are a reason to reach out to a woman.

That she did not come says nothing about her will: somebody may have kept her from coming. So a
lapse is never a fault of hers and never closes a case; it asks a person to find out whether contact
is possible, and how. How many make a lapse is each area's to decide; two is our own default.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.sessions.domain.session import RESCHEDULED, Attendance, Session


@dataclass(frozen=True, slots=True)
class Rule:
    """When missed sessions are a lapse, as data.

    `lapses_at` sessions in a row, of the kinds `counted`, make a lapse. A session missed for a
    reason in `excused` counts neither way: one that was moved is recorded where it moved to.
    """

    lapses_at: int = 2
    counted: frozenset[Attendance] = frozenset(
        {Attendance.DNA, Attendance.CANCELLED_CLIENT, Attendance.UNSAFE_TO_ATTEND}
    )
    excused: frozenset[str] = frozenset({RESCHEDULED})

    def counts(self, session: Session) -> bool:
        """Is this one of the missed sessions that make a lapse?"""
        return session.attendance in self.counted and session.reason not in self.excused


@dataclass(frozen=True, slots=True)
class Rules:
    """The rule of each area, and the usual one for areas that have none of their own."""

    usual: Rule = field(default_factory=Rule)
    by_area: Mapping[str, Rule] = field(default_factory=dict)

    def of(self, area: str) -> Rule:
        """Return the rule of an area."""
        return self.by_area.get(area, self.usual)


@dataclass(frozen=True, slots=True)
class Contact:
    """How contact with her stands."""

    missed_in_a_row: int
    last_contact_at: datetime | None


def contact(sessions: Iterable[Session], rule: Rule, *, since: datetime | None = None) -> Contact:
    """Return how contact stands after these sessions, in whatever order they were recorded.

    Only sessions after `since` (the case was opened again) can be missed in a row; a session held
    at any time is contact.
    """
    known = tuple(sessions)
    last = max((s.held_at for s in known if s.attendance.is_held), default=None)
    after = max((moment for moment in (last, since) if moment), default=None)
    missed = [s for s in known if rule.counts(s) and (after is None or s.held_at > after)]
    return Contact(len(missed), last)
