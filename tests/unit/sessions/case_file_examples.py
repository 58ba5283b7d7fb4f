"""Examples for the tests of case files: files, sessions, news of referrals, and a shelf."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.sessions.domain.engagement import Rule
from services.sessions.domain.model import CaseFile, Colleague, Decision
from services.sessions.domain.referral import Referral
from services.sessions.domain.session import Attendance, Session, Words
from services.sessions.domain.timeline import Entry

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CASE = "0198c1a0-5a10-7c3e-9a51-0c6f2b7d9e11"
REFERENCE = "C-5HW2-M4SA"
AREA = "london-rbkc"
RULE = Rule()
ANA = Colleague("ana", leads=False)
BEA = Colleague("bea", leads=False)
MAYA = Colleague("maya", leads=True)
ALL_ACHIEVED = dict.fromkeys(
    ("violence_ended", "stability_increased", "no_further_removal", "child_returned"), "achieved"
)


def bare(at: datetime = START) -> CaseFile:
    return CaseFile.bare(id=CASE, reference=REFERENCE, area=AREA, at=at)


def session(number: int, attendance: str = "attended", **told: Any) -> Session:
    """Return the session of a day, told by number, recorded an hour after it was due."""
    held_at = told.pop("held_at", START + number * DAY)
    held = Attendance(attendance).is_held
    facts: dict[str, Any] = {
        "id": f"session-{number}",
        "reference": f"S-000{number}-0000",
        "practitioner_id": "ana",
        "recorded_at": held_at + timedelta(hours=1),
        "held_at": held_at,
        "attendance": Attendance(attendance),
        "approaches": ("motivational_interviewing",) if held else (),
        "words": Words(),
    }
    return Session(**facts | told)


def news(reference: str, status: str, seq: int, day: float) -> tuple[Referral, Entry]:
    """Return what is heard when a referral moves."""
    kind = "referral_submitted" if seq == 1 else "referral_status_changed"
    at = START + day * DAY
    return (
        Referral(reference, status, seq, "maya", AREA),
        Entry(kind, at, "maya", reference, (status,)),
    )


def followed(file: CaseFile, *heard: tuple[Referral, Entry]) -> CaseFile:
    for referral, entry in heard:
        file, _ = file.follow(referral, entry)
    return file


def recorded(file: CaseFile, *sessions: Session) -> CaseFile:
    for each in sessions:
        file, _ = file.record(each, RULE)
    return file


def told(file: CaseFile, *sessions: Session) -> list[str]:
    """Record sessions and return the names of all events that followed."""
    said: list[object] = []
    for each in sessions:
        file, events = file.record(each, RULE)
        said += events
    return names(said)


def names(events: Iterable[object]) -> list[str]:
    return [type(event).__name__ for event in events]


class Shelf:
    """Case files in memory, as the use cases need them; words are kept as they are."""

    def __init__(self, *files: CaseFile) -> None:
        self.files = {file.id: file for file in files}
        self.said: list[object] = []

    def load(self, key: str) -> CaseFile:
        return next(f for f in self.files.values() if key in (f.id, f.reference))

    def change(self, key: str, decide: Callable[[CaseFile], Decision]) -> CaseFile:
        return self._keep(decide(self.load(key)))

    def open_or_change(self, fresh: Decision, decide: Callable[[CaseFile], Decision]) -> CaseFile:
        known = self.files.get(fresh[0].id)
        return self._keep(decide(known) if known else fresh)

    def change_or_open(self, bare: CaseFile, decide: Callable[[CaseFile], Decision]) -> CaseFile:
        return self._keep(decide(self.files.get(bare.id, bare)))

    def open_words(self, session: Session) -> Words | None:
        return session.words if isinstance(session.words, Words) else None

    def _keep(self, decision: Decision) -> CaseFile:
        file, events = decision
        self.files[file.id] = file
        self.said += events
        return file
