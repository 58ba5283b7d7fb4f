"""What may be done with case files: one function each; time and ids are arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from services.sessions.domain.engagement import Rules
from services.sessions.domain.errors import PlaceUnknown
from services.sessions.domain.model import CaseFile, Colleague, Decision
from services.sessions.domain.referral import Referral
from services.sessions.domain.session import Goal, OpenedSession, Session, Words, goals
from services.sessions.domain.timeline import Entry

T = TypeVar("T")


class CaseFiles(Protocol):
    """The case files, as far as the use cases need them."""

    def load(self, key: str) -> CaseFile:
        """Return the file of this case reference, where the asker may see it."""

    def change(self, key: str, decide: Callable[[CaseFile], Decision]) -> CaseFile:
        """Load, decide and save with the events, as one; `key` is a reference or an id."""

    def open_or_change(self, fresh: Decision, decide: Callable[[CaseFile], Decision]) -> CaseFile:
        """Insert a file that is most likely new; if the case has one already, change that one."""

    def change_or_open(self, bare: CaseFile, decide: Callable[[CaseFile], Decision]) -> CaseFile:
        """Change the file of a case that is most likely there; else begin it with `bare`."""

    def open_words(self, session: Session) -> Words | None:
        """Return what was written freely in a session; None where it has been erased."""


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """Part of a list and the `after` that continues it (None: this is the end)."""

    items: tuple[T, ...]
    next: str | None


def hear_referral(files: CaseFiles, bare: CaseFile, referral: Referral, entry: Entry) -> CaseFile:
    """Let the case follow one of its referrals; the first that is heard opens the file."""

    def decide(file: CaseFile) -> Decision:
        return file.follow(referral, entry)

    return files.open_or_change(decide(bare), decide)


def hear_assessment(
    files: CaseFiles, bare: CaseFile, number: int, band: str, entry: Entry
) -> CaseFile:
    """Keep the band of the newest assessment.

    Retries reorder: where the referral has not been heard yet, the assessment opens the file, so
    that a high band is seen at once instead of waiting for the slower message.
    """
    return files.change_or_open(bare, lambda file: file.assess(number, band, entry))


def hear_alert(files: CaseFiles, bare: CaseFile, entry: Entry) -> CaseFile:
    """Put what an alert went through on the timeline; this too opens a file that is not there."""
    return files.change_or_open(bare, lambda file: file.note(entry))


def record_session(
    files: CaseFiles, reference: str, session: Session, rules: Rules
) -> OpenedSession:
    """Record a session, or a correction; return it as it is on the file.

    Where this request was applied before, that is the session recorded then: its id is the same.
    """
    file = files.change(reference, lambda file: file.record(session, rules.of(file.area)))
    recorded = file.session(session.id)
    return recorded, files.open_words(recorded)


def allocate_case(
    files: CaseFiles,
    reference: str,
    practitioner_id: str,
    team_id: str | None,
    *,
    by: Colleague,
    at: datetime,
) -> CaseFile:
    """Give a case to a practitioner, or take it."""
    return files.change(
        reference, lambda file: file.allocate(practitioner_id, team_id, by=by, at=at)
    )


def close_case(
    files: CaseFiles, reference: str, outcomes: Mapping[str, str], *, by: Colleague, at: datetime
) -> CaseFile:
    """End the work with what became of each aim."""
    return files.change(reference, lambda file: file.close(outcomes, by=by, at=at))


def read_case(files: CaseFiles, reference: str) -> tuple[CaseFile, tuple[Goal, ...]]:
    """Return a file and her goals with how she rated them over time."""
    file = files.load(reference)
    opened = [(session, files.open_words(session)) for session in file.sessions_in_force]
    return file, goals(opened)


def read_sessions(
    files: CaseFiles, reference: str, *, after: str | None, limit: int
) -> Slice[OpenedSession]:
    """Return the sessions that stand, the latest held first; `after` is a session's reference.

    Raises:
        PlaceUnknown: `after` is none of them.

    """
    standing = files.load(reference).sessions_in_force
    ordered = sorted(standing, key=lambda session: session.held_at, reverse=True)
    part = _slice(ordered, [session.reference for session in ordered], after, limit)
    return Slice(tuple((each, files.open_words(each)) for each in part.items), part.next)


def read_timeline(
    files: CaseFiles, reference: str, *, after: str | None, limit: int
) -> Slice[Entry]:
    """Return the timeline, the newest first; `after` is the number of an entry.

    Raises:
        PlaceUnknown: `after` is none of them.

    """
    entries = files.load(reference).timeline
    ordered = sorted(entries, key=lambda entry: (entry.at, entry.number), reverse=True)
    return _slice(ordered, [str(entry.number) for entry in ordered], after, limit)


def _slice(items: Sequence[T], places: Sequence[str], after: str | None, limit: int) -> Slice[T]:
    if after is not None and after not in places:
        raise PlaceUnknown
    begin = 0 if after is None else places.index(after) + 1
    end = begin + limit
    return Slice(tuple(items[begin:end]), places[end - 1] if end < len(items) else None)
