"""What an alert is made of: its cause, the facts shown beside it, and how it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from services.notifications.domain.course import Action, Call, Receipt, State, Transition
from services.notifications.domain.escalation import Audience, Kind, Policy

SEVERITIES = ("standard", "medium", "high")
NAMING = ("case_allocated", "handed_over")
REPAIR = "step_restored"
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What was scored, shown beside the alert; `score_max_if_unknown` is yes + unknown answers."""

    id: str
    instrument: str
    band: str
    previous_band: str | None
    score: int | None
    score_max_if_unknown: int | None
    dont_know: int
    not_stated: int
    grounds: tuple[str, ...]
    cues: tuple[str, ...]
    changed_items: tuple[str, ...]
    due_review_at: datetime

    def exceeds(self, other: Facts) -> bool:
        """Tell whether this is worse: a higher band or score, a new ground or a new cue."""
        return isinstance(other, Assessment) and (
            SEVERITIES.index(self.band) > SEVERITIES.index(other.band)
            or (self.score or 0) > (other.score or 0)
            or not set(self.grounds) <= set(other.grounds)
            or not set(self.cues) <= set(other.cues)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """Sessions missed in a row: a reason to reach out to her."""

    missed_in_a_row: int
    last_contact_at: datetime | None
    band: str | None

    def exceeds(self, other: Facts) -> bool:
        """Tell nothing worse: a lapse breaks through by its severity alone."""
        del other
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A referral that nobody has taken up since a moment; `band` is that of the case, if known."""

    referral_reference: str
    waiting_since: datetime
    band: str | None

    def exceeds(self, other: Facts) -> bool:
        """Tell nothing worse: it waits, and that is told once."""
        del other
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review that was due at a moment; `band` is that of the assessment to be looked at again."""

    due_review_at: datetime
    band: str | None

    def exceeds(self, other: Facts) -> bool:
        """Tell nothing worse: it is due, and that is told once."""
        del other
        return False


Facts = Assessment | Lapse | Waiting | Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why an alert is wanted.

    `number` grows with each cause of its kind in a case, so that an older one can be told;
    `source_at` is when the platform first accepted what led to it; `by` is the service it is from.
    """

    kind: Kind
    case_id: str
    case_reference: str
    area: str
    number: int
    severity: str
    facts: Facts
    worsened: bool
    source_at: datetime
    by: str

    @property
    def wants_alert(self) -> bool:
        """Tell whether this raises an alert where none is open."""
        return self.kind is not Kind.HIGH_RISK or self.severity == "high"


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who has a case, as last heard, or nobody; `order` tells what was said later.

    `closed_order` is that of the last closure before this, 0 if there was none.
    """

    case_id: str
    reference: str
    area: str
    practitioner_id: str | None
    order: int
    closed_order: int = 0

    @property
    def id(self) -> str:
        """Return the id: there is one allocation for each case."""
        return self.case_id

    def superseded_by(self, other: Allocation) -> tuple[Allocation, Sequence[object]]:
        """Return the later of the two, which knows the last closure of both, with no events."""
        later = other if other.order > self.order else self
        closed = max(self.last_closure, other.last_closure)
        return replace(later, closed_order=closed), ()

    @property
    def last_closure(self) -> int:
        """Return the order of the last closure that is known, this one included; 0: none."""
        return self.order if self.practitioner_id is None else self.closed_order

    def ends(self, cause: Cause) -> bool:
        """Tell whether the case was closed after sessions were missed that are heard of now.

        That it has been opened again since does not bring back what was over.
        """
        return cause.kind is Kind.ENGAGEMENT and self.last_closure > cause.number


def graver(one: str, other: str) -> str:
    """Return the graver of two severities."""
    return max(one, other, key=SEVERITIES.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of one alert; `since` is when it was last raised.

    `number` is that of its latest cause; `changed_at` is when its latest event was said, which a
    receipt is not; `next_step_at` is when it moves by itself, by its policy or an expiry.
    """

    id: str
    reference: str
    case_id: str
    case_reference: str
    area: str
    kind: Kind
    severity: str
    policy: Policy
    number: int
    facts: Facts
    source_at: datetime
    raised_at: datetime
    since: datetime
    changed_at: datetime
    next_step_at: datetime | None
    audience: Audience
    state: State = State.RAISED
    level: int = 0
    practitioner_id: str | None = None
    allocation_order: int = 0
    call: Call | None = None
    responder_id: str | None = None
    acknowledged_at: datetime | None = None
    deliveries: tuple[Receipt, ...] = ()
    actions: tuple[Action, ...] = ()
    outcome: str | None = None
    history: tuple[Transition, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether the alert is not resolved yet."""
        return self.state is not State.RESOLVED

    @property
    def is_waiting(self) -> bool:
        """Tell whether nobody has taken the alert on."""
        return self.state in (State.RAISED, State.DELIVERED)

    def still_makes(self, call: int) -> bool:
        """Tell whether this call is the latest, and nobody has answered it."""
        latest = self.call
        return (
            self.is_open and latest is not None and latest.number == call and not latest.is_answered
        )

    @property
    def is_repeating(self) -> bool:
        """Tell whether its latest call said again what the call before it had said.

        One to a person who has just been named says it to her for the first time.
        """
        latest = self.history[-1]
        return latest.what == "escalated" and latest.times > 1 and latest.detail not in NAMING

    @property
    def is_stranded(self) -> bool:
        """Tell whether the alert is open without a next step though its policy never ends."""
        return self.is_open and self.next_step_at is None and self.policy.is_endless

    def is_delayed(self, at: datetime) -> bool:
        """Tell whether the next step is further off than its wait: the clock has been put back."""
        latest = self.latest_step_at(at)
        if not self.is_open or self.next_step_at is None or latest is None:
            return False
        return self.next_step_at > latest + CLOCKS_DIFFER

    def latest_step_at(self, at: datetime) -> datetime | None:
        """Return when the next step would be due if the alert had come to this state just now."""
        if self.is_waiting:
            return self.policy.following(self.level, at)
        if self.state is State.ACKNOWLEDGED:
            return at + self.policy.acknowledgement_lasts
        rests = self.policy.unresolved_after
        return None if rests is None else at + rests

    @property
    def expires_at(self) -> datetime | None:
        """Return when the acknowledgement ends, while there is one."""
        return self.next_step_at if self.state is State.ACKNOWLEDGED else None

    @property
    def assessment(self) -> Assessment | None:
        """Return what was scored, if that is what the alert is about."""
        return self.facts if isinstance(self.facts, Assessment) else None

    @property
    def event(self) -> str:
        """Return the name of the event that the latest transition said."""
        said = (entry.what for entry in reversed(self.history) if entry.what != REPAIR)
        return f"alert_{next(said)}"

    @property
    def open_key(self) -> str | None:
        """Return what only one open alert may hold: its case and kind."""
        return f"{self.case_id}:{self.kind}" if self.is_open else None

    def _moved(
        self, what: str, by: str, at: datetime, detail: str | None = None, **to: Any
    ) -> Self:
        """Return the alert changed, with the change, its actor and its time in the history."""
        moved = replace(self, **to, changed_at=max(at, self.changed_at))
        entry = Transition(what, by, at, moved.state, moved.level, detail)
        return replace(moved, history=entry.after(self.history))

    def _calling(self, reason: str, at: datetime) -> Self:
        """Return the alert with a new call, which every earlier one gives way to."""
        number = self.call.number + 1 if self.call else 1
        return replace(self, call=Call(number, reason, at))

    def _answered(self) -> Self:
        """Return the alert with its call answered."""
        answered = None if self.call is None else replace(self.call, is_answered=True)
        return replace(self, call=answered)
