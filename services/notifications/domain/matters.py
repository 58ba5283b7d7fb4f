"""What a case waits for that is no danger by itself: somebody for a referral, a review that is due.

Two matters, each told once for each time that it comes up, and over when somebody has seen to it:

- **A referral waits** while nobody has decided on it, or it was accepted and nobody has the case.
  No national limit is known; areas set their own. Where MARAC cases are contacted within two
  working days (lrsb.org.uk/lmagrda-risk-assessment), a day of waiting leaves one to act in.
- **A review is overdue** when its moment has passed (risk names it with each assessment, by area
  and band) in a case that somebody has. Risk changes quickly, and the checklist is to be gone
  through anew (citizen.stc3-prd.gosshosted.com/article/4459). A newer assessment is the review.

Events come twice and in any order: referrals go by their own `seq`, assessments by their own
`number`, allocations and closures by that of the case file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notifications.domain.escalation import Kind
from services.notifications.domain.record import CLOCKS_DIFFER, Cause, Review, Waiting

BY = "service:notifications"
MATTERS = (Kind.REFERRAL_WAITING, Kind.REVIEW_OVERDUE)
_UNDECIDED = frozenset({"submitted"})
_TAKEN_ON = frozenset({"accepted", "reopened"})


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as of its event number `seq`; it has had this status since a moment."""

    id: str
    reference: str
    area: str
    status: str
    seq: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Watch:
    """When a matter is to be told; `number` counts how often it has come up.

    `due_at` is None while there is nothing to wait for; `told` is the last number of which somebody
    may have been told.
    """

    number: int = 0
    due_at: datetime | None = None
    told: int = 0

    @property
    def next_at(self) -> datetime | None:
        """Return when it is to be told, None where that is done or not wanted."""
        return None if self.told == self.number else self.due_at

    def moved(self, due_at: datetime | None, at: datetime) -> Watch:
        """Return the watch for another moment; what was told comes up anew only for a later one."""
        is_passed = self.due_at is not None and self.due_at <= at + CLOCKS_DIFFER
        told = self.number if is_passed else self.told
        if due_at is None:
            return Watch(self.number, None, told)
        if self.due_at is None or (told == self.number and due_at > self.due_at):
            return Watch(self.number + 1, due_at, told)
        return replace(self, due_at=due_at)

    def is_over(self, number: int) -> bool:
        """Tell whether what came up as this number has been seen to."""
        return number < self.number or (number == self.number and self.due_at is None)


Decision = tuple["CaseMatters", Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseMatters:
    """What one case waits for, as last heard; `area` is the one where the case is worked on.

    `order` is that of the last allocation or closure, `released_at` when the case was last closed.
    """

    case_id: str
    reference: str
    area: str
    band: str | None = None
    assessment: int = 0
    review_at: datetime | None = None
    order: int = 0
    is_held: bool = False
    released_at: datetime | None = None
    referrals: tuple[Referral, ...] = ()
    waiting: Watch = Watch()
    review: Watch = Watch()

    @property
    def id(self) -> str:
        """Return the id: there is one document for each case."""
        return self.case_id

    @property
    def due_at(self) -> datetime | None:
        """Return when the next matter is to be told, None where there is none."""
        moments = (self.watch(kind).next_at for kind in MATTERS)
        return min((moment for moment in moments if moment is not None), default=None)

    def watch(self, kind: Kind) -> Watch:
        """Return the watch of a kind of matter."""
        return self.waiting if kind is Kind.REFERRAL_WAITING else self.review

    def referred(self, heard: Referral) -> CaseMatters:
        """Take in how a referral stands, unless something later is known of it."""
        known = {referral.id: referral for referral in self.referrals}
        if heard.id in known and known[heard.id].seq >= heard.seq:
            return self
        return replace(self, referrals=tuple({**known, heard.id: heard}.values()))

    def assessed(self, number: int, band: str, review_at: datetime) -> CaseMatters:
        """Take in an assessment, unless a later one is known."""
        if number <= self.assessment:
            return self
        return replace(self, assessment=number, band=band, review_at=review_at)

    def held(self, order: int, area: str) -> CaseMatters:
        """Take in that somebody has the case, unless something later is known."""
        if order <= self.order:
            return self
        return replace(self, order=order, area=area, is_held=True)

    def closed(self, order: int, at: datetime) -> CaseMatters:
        """Take in that the case was closed, unless something later is known."""
        if order <= self.order:
            return self
        return replace(self, order=order, is_held=False, released_at=at)

    def watched(self, wait: timedelta, *, at: datetime) -> CaseMatters:
        """Return what is to be told when; a referral may wait so long."""
        longest = self._longest_waiting()
        waits_until = None if longest is None else self._waits_since(longest) + wait
        review_at = self.review_at if self.is_held else None
        return replace(
            self,
            waiting=self.waiting.moved(waits_until, at),
            review=self.review.moved(review_at, at),
        )

    def due(self, at: datetime) -> Iterator[Cause]:
        """Yield a cause for each matter that is to be told by now."""
        for kind in MATTERS:
            moment = self.watch(kind).next_at
            if moment is not None and moment <= at:
                yield self._cause(kind)

    def was_told(self, kind: Kind, number: int) -> Decision:
        """Note that there is an alert for what came up as this number."""
        watch = self.watch(kind)
        noted = replace(watch, told=max(watch.told, number))
        if kind is Kind.REFERRAL_WAITING:
            return replace(self, waiting=noted), ()
        return replace(self, review=noted), ()

    def _longest_waiting(self) -> Referral | None:
        waiting = _UNDECIDED if self.is_held else _UNDECIDED | _TAKEN_ON
        those = (referral for referral in self.referrals if referral.status in waiting)
        return min(those, key=self._waits_since, default=None)

    def _waits_since(self, referral: Referral) -> datetime:
        """Return since when nobody has it: what was accepted and closed waits anew from then."""
        if referral.status in _UNDECIDED or self.released_at is None:
            return referral.since
        return max(referral.since, self.released_at)

    def _cause(self, kind: Kind) -> Cause:
        longest = self._longest_waiting() if kind is Kind.REFERRAL_WAITING else None
        facts: Waiting | Review
        if longest is not None:
            since = self._waits_since(longest)
            facts = Waiting(
                referral_reference=longest.reference, waiting_since=since, band=self.band
            )
        else:
            since = self.watch(kind).due_at or datetime.min
            facts = Review(due_review_at=since, band=self.band)
        return Cause(
            kind=kind,
            case_id=self.case_id,
            case_reference=self.reference,
            area=self.area if longest is None else longest.area,
            number=self.watch(kind).number,
            severity="high" if self.band == "high" else "medium",
            facts=facts,
            worsened=False,
            source_at=since,
            by=BY,
        )
