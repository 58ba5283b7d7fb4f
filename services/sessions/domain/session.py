"""What a session is, what may be told of one, and her goals over several."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any


class Attendance(StrEnum):
    """What became of a session that was arranged."""

    ATTENDED = "attended"
    LATE = "late"
    DNA = "dna"
    CANCELLED_CLIENT = "cancelled_client"
    CANCELLED_SERVICE = "cancelled_service"
    UNSAFE_TO_ATTEND = "unsafe_to_attend"

    @property
    def is_held(self) -> bool:
        """Did the two meet?"""
        return self in (Attendance.ATTENDED, Attendance.LATE)


RESCHEDULED = "rescheduled"
PLACES = (
    "her_home",
    "our_premises",
    "partner_premises",
    "community",
    "outdoors",
    "court",
    "hospital",
    "telephone",
    "video",
    "other",
)
REASONS = (
    RESCHEDULED,
    "illness",
    "children",
    "court_or_appointment",
    "work",
    "transport",
    "no_reply",
    "contact_not_possible",
    "perpetrator_present",
    "practitioner_away",
    "emergency",
    "other",
    "not_known",
)
INTERESTS = (
    "art_and_craft",
    "music",
    "cooking",
    "sport_and_movement",
    "walking_and_nature",
    "gardening",
    "reading_and_writing",
    "photography_and_film",
    "self_care",
    "faith_and_community",
    "learning",
    "work_and_volunteering",
    "play_with_children",
    "other",
)


@dataclass(frozen=True, slots=True)
class Words:
    """The free text of a session, which can identify: sealed before it is stored.

    `goals` are her own words for each goal, in the order of the session's `goal_ratings`.
    """

    notes: str | None = None
    capacity_to_change: str | None = None
    judgement_rationale: str | None = None
    goals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incident:
    """A further incident that came to be known; `on` is its day, where that is known."""

    on: date | None
    reported_to_police: bool | None


@dataclass(frozen=True, slots=True)
class Session:
    """One session, held or not, as it was recorded; never changed, only corrected by another.

    `held_at` is when it took place or was to take place. `words` are `Words`, or the sealed form in
    which they are kept. `goal_ratings` are her ratings of 0 to 10 (Goal Based Outcomes),
    `engagement` the practitioner's impression of 0 to 10. `corrects` is a session's reference.
    """

    id: str
    reference: str
    practitioner_id: str
    recorded_at: datetime
    held_at: datetime
    attendance: Attendance
    words: object = Words()
    place: str | None = None
    reason: str | None = None
    approaches: tuple[str, ...] = ()
    engagement: int | None = None
    goal_ratings: tuple[int, ...] = ()
    interests: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    consulted_colleagues: bool = False
    contact_was_safe: str = "unknown"
    disclosures: Mapping[str, str] = field(default_factory=dict)
    judgement: str | None = None
    incident: Incident | None = None
    corrects: str | None = None


OpenedSession = tuple[Session, Words | None]
"""A session with its words, as opened for a reader; None where they have been erased."""


@dataclass(frozen=True, slots=True)
class Rated:
    """Her rating of a goal, 0 to 10, in the session with this reference."""

    held_at: datetime
    session: str
    rating: int


@dataclass(frozen=True, slots=True)
class Goal:
    """One of her goals, as she last put it, with her ratings from the first to the latest."""

    goal: str
    ratings: tuple[Rated, ...]


def goals(sessions: Iterable[OpenedSession]) -> tuple[Goal, ...]:
    """Return her goals with their ratings; the same words are the same goal, however they are set.

    Goals whose words have been erased are left out.
    """
    rated: dict[str, list[Rated]] = {}
    worded: dict[str, str] = {}
    for session, words in sorted(sessions, key=lambda opened: opened[0].held_at):
        for goal, rating in zip(words.goals if words else (), session.goal_ratings, strict=False):
            same = " ".join(goal.split()).casefold()
            worded[same] = goal
            rating_then = Rated(session.held_at, session.reference, rating)
            rated.setdefault(same, []).append(rating_then)
    return tuple(Goal(worded[same], tuple(ratings)) for same, ratings in rated.items())


FAST_CLOCK = timedelta(minutes=5)
"""How far the clock of a practitioner's telephone may run ahead."""

EASTERNMOST = timedelta(hours=3)
"""Where the day begins first among the areas served: Romania in summer."""

_ONLY_WHEN_HELD = {
    "approaches": "An approach is used in a session that took place: leave this out.",
    "engagement": "Engagement is rated after a session that took place: leave this out.",
    "goals": "Goals are rated in a session that took place: leave this out.",
    "activities": "Activities belong to a session that took place: leave this out.",
    "disclosures": "She can only have told this where you met: leave this out, or correct "
    "attendance to attended or late.",
}


def faults(
    told: Mapping[str, Any], *, items: Collection[str], answers: Collection[str], at: datetime
) -> dict[str, Any]:
    """Return what does not fit together in a session as it was told, by field.

    `told` has the fields that are right in themselves; `items` and `answers` are the checklist's.
    """
    return dict(
        [*_of_attendance(told), *_of_times(told, at), *_of_disclosures(told, items, answers)]
    )


def _of_attendance(told: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if "attendance" not in told:
        return
    if Attendance(told["attendance"]).is_held:
        if not told.get("approaches", True):
            yield "approaches", ["Name at least one approach that you used."]
        if told.get("reason"):
            yield "reason", ["A reason is for a session that did not take place: leave this out."]
        return
    for name, sentence in _ONLY_WHEN_HELD.items():
        if told.get(name) not in (None, [], {}):
            yield name, [sentence]


def _of_times(told: Mapping[str, Any], at: datetime) -> Iterator[tuple[str, Any]]:
    if "held_at" in told and told["held_at"] > at + FAST_CLOCK:
        yield "held_at", ["This is in the future. Record a session once its time has come."]
    day = (told.get("incident") or {}).get("on")
    if day and day > (at + EASTERNMOST).date():
        yield "incident", {"on": ["This date is in the future. Give the day that it happened."]}


def _of_disclosures(
    told: Mapping[str, Any], items: Collection[str], answers: Collection[str]
) -> Iterator[tuple[str, Any]]:
    wrong: dict[str, list[str]] = {}
    for item, answer in (told.get("disclosures") or {}).items():
        if item not in items:
            wrong[item] = ["There is no such item on the checklist."]
        elif answer not in answers:
            wrong[item] = [f"Answer with one of: {', '.join(answers)}."]
    if wrong:
        yield "disclosures", wrong
