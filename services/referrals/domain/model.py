"""The referral: what is known of it, and how it moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.referrals.domain.errors import DecisionNotPossible, NotForAgencies
from services.referrals.domain.events import ReferralStatusChanged
from services.referrals.domain.intake import Facts, is_marac_repeat, twelve_months_after
from services.referrals.domain.states import (
    AGENCY_VERDICTS,
    MOVES,
    OPEN,
    TASK_STATUS,
    Status,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: an account or key id, and the agency that she acts for, if any."""

    id: str
    agency_id: str | None = None

    @property
    def is_agency(self) -> bool:
        """Does she act for a partner agency, rather than for the outreach team?"""
        return self.agency_id is not None


@dataclass(frozen=True, slots=True)
class Case:
    """What a woman's referrals belong to; `is_new` where she was unknown until now."""

    case_id: str
    case_reference: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Move:
    """One transition; `note` is sealed, and None where nothing was said."""

    was: Status
    to: Status
    by: str
    at: datetime
    reason_code: str | None = None
    note: object | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """One referral of one woman by one agency.

    `facts` are codes and counts. `sealed` holds what identifies her, by group, encrypted: it is
    carried along and opened only where somebody reads it. `claims` are the keyed hashes under which
    the sender can find it again, `fingerprint` the keyed hash of all that was sent, `near` those of
    what near matches share. `repeat` tells that she was referred within the twelve months before.
    `band` is the newest heard of her case, that of assessment number `assessment`.
    """

    id: str
    reference: str
    case_id: str
    case_reference: str
    agency_id: str
    submitted_by: str
    submitted_at: datetime
    facts: Facts
    sealed: Mapping[str, object]
    claims: tuple[str, ...]
    fingerprint: str
    near: tuple[str, ...]
    repeat: bool
    history: tuple[Move, ...] = ()
    band: str | None = None
    assessment: int = 0

    @property
    def status(self) -> Status:
        """Where it stands: where its last move led."""
        return self.history[-1].to if self.history else Status.SUBMITTED

    @property
    def reason_code(self) -> str | None:
        """Why it stands there, as a code."""
        return self.history[-1].reason_code if self.history else None

    @property
    def updated_at(self) -> datetime:
        """When it last moved; a new assessment is no move, and so shows to no agency."""
        return self.history[-1].at if self.history else self.submitted_at

    @property
    def decisions(self) -> tuple[Verdict, ...]:
        """What can be decided about it as it stands."""
        return tuple(verdict for verdict, (sources, _) in MOVES.items() if self.status in sources)

    @property
    def task_status(self) -> str:
        """Its status in FHIR's words."""
        return TASK_STATUS[self.status]

    @property
    def is_marac_repeat(self) -> bool:
        """Was it a repeat in MARAC's sense when it came, by what the agency told?"""
        return is_marac_repeat(self.facts, self.submitted_at)

    @property
    def flagged_until(self) -> datetime:
        """Until when a further referral of her counts as a repeat."""
        return twelve_months_after(self.submitted_at)

    def makes_a_repeat(self, at: datetime) -> bool:
        """Is a referral at this moment a repeat because of this one? One withdrawn never counts."""
        return self.status is not Status.WITHDRAWN and at < self.flagged_until

    def decide(
        self,
        verdict: Verdict,
        *,
        by: Actor,
        at: datetime,
        reason_code: str | None = None,
        note: object | None = None,
    ) -> Decision:
        """Apply a person's verdict.

        Raises:
            NotForAgencies: an agency asked for what the outreach team decides.
            DecisionNotPossible: not from this status.

        """
        if by.is_agency and verdict not in AGENCY_VERDICTS:
            raise NotForAgencies(tuple(sorted(AGENCY_VERDICTS)))
        sources, to = MOVES[verdict]
        if self.status not in sources:
            open_to_her = set(self.decisions) & (AGENCY_VERDICTS if by.is_agency else set(Verdict))
            raise DecisionNotPossible(self.status, tuple(sorted(open_to_her)))
        return self._move(to, by=by.id, at=at, reason_code=reason_code, note=note)

    def assessed(self, band: str, number: int) -> Decision:
        """Keep the band of the case's newest assessment; what is older or known changes nothing."""
        if number <= self.assessment:
            return self, ()
        return replace(self, band=band, assessment=number), ()

    def met(self, *, by: str, held_at: datetime, said_at: datetime, at: datetime) -> Decision:
        """Hear that she came to a session: work that was agreed has begun.

        A session held before the referral was reopened, heard late, does not count for it; nor does
        one that was told of before the referral came.
        """
        late = self.status is Status.REOPENED and held_at < self.updated_at
        if self.status not in {Status.ACCEPTED, Status.REOPENED} or late:
            return self, ()
        if said_at < self.submitted_at:
            return self, ()
        return self._move(Status.ENGAGED, by=by, at=at)

    def case_closed(self, *, by: str, closed_at: datetime, at: datetime) -> Decision:
        """Hear that the case was closed.

        What still waits for triage stays, and so does a referral that was taken on, or reopened,
        since: the closure may be heard days after it was said.
        """
        taken_on = (m.at for m in self.history if m.to in {Status.ACCEPTED, Status.REOPENED})
        if self.status not in OPEN or closed_at < max(taken_on, default=closed_at):
            return self, ()
        return self._move(Status.CLOSED, by=by, at=at)

    def _move(
        self,
        to: Status,
        *,
        by: str,
        at: datetime,
        reason_code: str | None = None,
        note: object | None = None,
    ) -> Decision:
        move = Move(self.status, to, by, at, reason_code, note)
        moved = replace(self, history=(*self.history, move))
        return moved, (ReferralStatusChanged(self.status, to, reason_code, by),)


Decision = tuple[Referral, Sequence[object]]
