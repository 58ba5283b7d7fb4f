"""The case file: one per case, with all sessions, and the decisions that change it.

It must come out the same in whatever order the events of other services arrive: any of them opens
the file, referrals go by their own `seq`, assessments by their own `number`, and the timeline sorts
by the moment that each event tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from services.sessions.domain import errors
from services.sessions.domain.engagement import Rule, contact
from services.sessions.domain.events import (
    CaseAllocated,
    CaseClosed,
    EngagementLapsed,
    SessionRecorded,
)
from services.sessions.domain.referral import ENGAGED, TAKEN_ON, Referral, State, state_by
from services.sessions.domain.session import Session
from services.sessions.domain.timeline import Entry, enter

ACHIEVED = "achieved"
RESULTS = (ACHIEVED, "partly", "not", "unknown")


@dataclass(frozen=True, slots=True)
class Closure:
    """An end of the work: each aim with `achieved`, `partly`, `not` or `unknown`."""

    at: datetime
    by: str
    outcomes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who acts; `leads` if she may allocate and close the cases of others."""

    id: str
    leads: bool


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The file of one case."""

    id: str
    reference: str
    area: str
    opened_at: datetime
    last_activity_at: datetime
    state: State = State.REFERRED
    practitioner_id: str | None = None
    team_id: str | None = None
    band: str | None = None
    assessment_number: int = 0
    referrals: tuple[Referral, ...] = ()
    sessions: tuple[Session, ...] = ()
    timeline: tuple[Entry, ...] = ()
    closures: tuple[Closure, ...] = ()
    area_at: datetime | None = None
    episode_at: datetime | None = None
    missed_in_a_row: int = 0
    last_contact_at: datetime | None = None
    lapsed_at: datetime | None = None

    @classmethod
    def bare(cls, *, id: str, reference: str, area: str, at: datetime) -> Self:
        """Return a file of which nothing but the case is known yet."""
        return cls(id=id, reference=reference, area=area, opened_at=at, last_activity_at=at)

    @property
    def case_id(self) -> str:
        """The case; the file has its id."""
        return self.id

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas that see the case: those of all its referrals."""
        return tuple(sorted({self.area, *(referral.area for referral in self.referrals)}))

    @property
    def closure(self) -> Closure | None:
        """How the work ended, while the case is closed."""
        return self.closures[-1] if self.state is State.CLOSED else None

    @property
    def sessions_in_force(self) -> tuple[Session, ...]:
        """The sessions that no later one corrects."""
        corrected = {session.corrects for session in self.sessions}
        return tuple(s for s in self.sessions if s.reference not in corrected)

    def session(self, id: str) -> Session:
        """Return a session by its id."""
        return next(session for session in self.sessions if session.id == id)

    def follow(self, referral: Referral, entry: Entry) -> Decision:
        """Take note of what became of a referral; older news than is known moves nothing."""
        known = {r.reference: r for r in self.referrals}
        noted = self._enter(entry)._place(referral, entry)
        if referral.reference in known and referral.seq <= known[referral.reference].seq:
            return noted, ()
        is_new = referral.reference not in known
        known[referral.reference] = referral
        told = replace(noted, referrals=tuple(known.values()))
        return told._move(referral, entry.at, is_new=is_new)

    def assess(self, number: int, band: str, entry: Entry) -> Decision:
        """Take note of an assessment, the case's `number`th; only the newest gives the band."""
        noted = self._enter(entry)
        if number <= self.assessment_number:
            return noted, ()
        return replace(noted, band=band, assessment_number=number), ()

    def note(self, entry: Entry) -> Decision:
        """Put a fact on the timeline."""
        return self._enter(entry), ()

    def record(self, session: Session, rule: Rule) -> Decision:
        """Add a session, or a correction of one, and see how contact stands.

        Raises:
            CaseAlreadyClosed, SessionAlreadyRecorded, SessionNotOnFile: as each says.

        """
        self._refuse_if_closed()
        corrected = self._corrected_by(session)
        self._refuse_twice(session)
        told = session.incident is not None and (corrected is None or corrected.incident is None)
        kind = "session_recorded" if corrected is None else "session_corrected"
        codes = (session.attendance.value, *session.approaches)
        entry = Entry(kind, session.held_at, session.practitioner_id, session.reference, codes)
        state = State.ENGAGED if session.attendance.is_held else self.state
        filed = replace(self, sessions=(*self.sessions, session), state=state)
        judged, lapses = filed._enter(entry, session.recorded_at)._judge(rule, session.recorded_at)
        return judged, (SessionRecorded(session.id, told), *lapses)

    def allocate(
        self, practitioner_id: str, team_id: str | None, *, by: Colleague, at: datetime
    ) -> Decision:
        """Give the case to a practitioner; giving it to who has it changes nothing.

        Raises:
            CaseAlreadyClosed, AllocationNotHers, CaseAlreadyAllocated: as each says.

        """
        self._refuse_if_closed()
        if not by.leads and practitioner_id != by.id:
            raise errors.AllocationNotHers
        if not by.leads and self.practitioner_id not in (None, by.id):
            raise errors.CaseAlreadyAllocated
        if (practitioner_id, team_id) == (self.practitioner_id, self.team_id):
            return self, ()
        given = replace(self, practitioner_id=practitioner_id, team_id=team_id)
        noted = given._enter(Entry("case_allocated", at, by.id, codes=(practitioner_id,)))
        return noted, (CaseAllocated(practitioner_id, team_id),)

    def close(self, outcomes: Mapping[str, str], *, by: Colleague, at: datetime) -> Decision:
        """End the work with what became of each aim.

        Raises:
            CaseAlreadyClosed, ClosureNotHers: as each says.

        """
        self._refuse_if_closed()
        if not by.leads and self.practitioner_id != by.id:
            raise errors.ClosureNotHers
        return self._end(Closure(at, by.id, dict(outcomes)))

    def _place(self, referral: Referral, entry: Entry) -> CaseFile:
        """Let the newest referral name the area: she may have moved."""
        is_newest = self.area_at is None or entry.at >= self.area_at
        if entry.kind != "referral_submitted" or not is_newest:
            return self
        return replace(self, area=referral.area, area_at=entry.at)

    def _move(self, referral: Referral, at: datetime, *, is_new: bool) -> Decision:
        """Let the state follow the referrals; what a person began or ended goes before them."""
        if self.state is State.ENGAGED or not self._wakes(referral, at, is_new=is_new):
            return self, ()
        state = state_by(self.referrals)
        if state is self.state:
            return self, ()
        if state is State.CLOSED:
            return self._end(Closure(at, referral.by, {}))
        if self.state is State.CLOSED:
            return self._reopen(state, at), ()
        return replace(self, state=state), ()

    def _wakes(self, referral: Referral, at: datetime, *, is_new: bool) -> bool:
        """Does this news of a referral move the file, though a person may have closed it?

        That she was met is news from this file itself, come back late: it opens nothing again.
        """
        if self.closure is None or not self.closure.outcomes:
            return True
        if referral.status in TAKEN_ON:
            return is_new or (at > self.closure.at and referral.status != ENGAGED)
        return referral.status == "submitted"

    def _reopen(self, state: State, at: datetime) -> CaseFile:
        """Begin again: what was missed before does not count, and nobody has the case."""
        begun = replace(
            self,
            state=state,
            episode_at=max(at, self.closures[-1].at),
            practitioner_id=None,
            team_id=None,
            missed_in_a_row=0,
            lapsed_at=None,
        )
        return begun._enter(Entry("case_reopened", at))

    def _end(self, closure: Closure) -> Decision:
        codes = tuple(f"{aim}.{result}" for aim, result in closure.outcomes.items())
        closed = replace(self, state=State.CLOSED, closures=(*self.closures, closure))
        achieved = tuple(aim for aim, result in closure.outcomes.items() if result == ACHIEVED)
        entry = Entry("case_closed", closure.at, closure.by, codes=codes)
        return closed._enter(entry), (CaseClosed(achieved, closure.by),)

    def _judge(self, rule: Rule, at: datetime) -> Decision:
        """See how contact stands; a lapse is told once, until she is met again."""
        found = contact(self.sessions_in_force, rule, since=self.episode_at)
        has_lapsed = found.missed_in_a_row >= rule.lapses_at
        judged = replace(
            self,
            missed_in_a_row=found.missed_in_a_row,
            last_contact_at=found.last_contact_at,
            lapsed_at=(self.lapsed_at or at) if has_lapsed else None,
        )
        if not has_lapsed or self.lapsed_at is not None:
            return judged, ()
        entry = Entry("engagement_lapsed", at, codes=(f"missed_{found.missed_in_a_row}",))
        return judged._enter(entry), (
            EngagementLapsed(found.missed_in_a_row, found.last_contact_at),
        )

    def _enter(self, entry: Entry, active_at: datetime | None = None) -> CaseFile:
        """Put an entry on the timeline and see what that says of when the file was active."""
        told_at = active_at or entry.at
        return replace(
            self,
            timeline=enter(self.timeline, entry),
            opened_at=min(self.opened_at, told_at),
            last_activity_at=max(self.last_activity_at, told_at),
        )

    def _refuse_if_closed(self) -> None:
        if self.state is State.CLOSED:
            raise errors.CaseAlreadyClosed

    def _corrected_by(self, session: Session) -> Session | None:
        """Return the session that this one corrects, if it corrects any."""
        if session.corrects is None:
            return None
        for standing in self.sessions_in_force:
            if standing.reference == session.corrects:
                return standing
        raise errors.SessionNotOnFile(session.corrects)

    def _refuse_twice(self, session: Session) -> None:
        for known in self.sessions_in_force:
            hers = known.practitioner_id == session.practitioner_id
            if hers and known.held_at == session.held_at and known.reference != session.corrects:
                raise errors.SessionAlreadyRecorded(known.reference)


Decision = tuple[CaseFile, Sequence[object]]
