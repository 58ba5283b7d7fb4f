"""What has happened to a case file, in the words of the domain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SessionRecorded:
    """A session is on the file, or a correction of one.

    `incident` only when an incident is told that the session it corrects did not tell, so that
    those who count incidents count each once.
    """

    session_id: str
    incident: bool


@dataclass(frozen=True, slots=True)
class EngagementLapsed:
    """So many sessions in a row did not take place that somebody should reach out to her."""

    missed_in_a_row: int
    last_contact_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseAllocated:
    """A named practitioner has the case."""

    practitioner_id: str
    team_id: str | None


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """The work has ended; `outcomes` are the aims that were achieved."""

    outcomes: tuple[str, ...]
    by: str
