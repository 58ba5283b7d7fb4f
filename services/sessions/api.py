"""The HTTP door: caseload, case files, sessions, allocation and closure, for staff of the area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Any

from services.chassis.auth import CASEWORKERS, MANAGERS, Principal
from services.chassis.ids import derived_id, new_id, new_reference, read_reference
from services.chassis.web.entrypoint import Request, door
from services.sessions import schemas, usecases
from services.sessions.domain import errors
from services.sessions.domain.model import CaseFile, Colleague
from services.sessions.domain.referral import State
from services.sessions.domain.session import (
    Attendance,
    Incident,
    OpenedSession,
    Session,
    Words,
)
from services.sessions.repository import CaseFiles

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.CaseAlreadyClosed: HTTPStatus.CONFLICT,
    errors.CaseAlreadyAllocated: HTTPStatus.CONFLICT,
    errors.AllocationNotHers: HTTPStatus.FORBIDDEN,
    errors.ClosureNotHers: HTTPStatus.FORBIDDEN,
    errors.SessionAlreadyRecorded: HTTPStatus.CONFLICT,
    errors.SessionNotOnFile: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.PlaceUnknown: HTTPStatus.BAD_REQUEST,
}


class Api:
    """The doors that people come through, by way of the portal."""

    refusals = REFUSALS
    parts: Any

    @door(
        "GET",
        "/cases",
        roles=CASEWORKERS,
        query=schemas.CaseloadQuery,
        answer=schemas.CaseList,
        summary="List cases, the newest activity first; all that are not closed unless asked.",
    )
    def list_cases(self, request: Request) -> Any:
        """Return a page of the caseload."""
        asked = request.query
        state = State(asked["state"]) if asked["state"] else None
        page = _files(self.parts, request).caseload(
            state, asked["band"], mine=asked["mine"], after=asked["after"], limit=asked["limit"]
        )
        return {"items": [_summary(file) for file in page.items], "next": page.next}

    @door(
        "GET",
        "/cases/<reference>",
        roles=CASEWORKERS,
        answer=schemas.CaseView,
        reads_case=True,
        summary="Read a case file: where it stands, who has it, engagement and her goals.",
    )
    def read_case(self, request: Request) -> Any:
        """Return a case file."""
        file, goals = usecases.read_case(_files(self.parts, request), request.path["reference"])
        return {
            **_summary(file),
            "referrals": file.referrals,
            "sessions_recorded": len(file.sessions_in_force),
            "goals": goals,
            "closure": file.closure,
        }

    @door(
        "POST",
        "/cases/<reference>/sessions",
        roles=CASEWORKERS,
        body=schemas.RecordSession,
        answer=schemas.SessionView,
        status=HTTPStatus.CREATED,
        reads_case=True,
        summary="Record a session, held or missed, or correct one.",
    )
    def record_session(self, request: Request) -> Any:
        """Record a session and return it."""
        reference = read_reference(request.path["reference"])
        session_id = derived_id("session", reference, request.context.receipt or new_id())
        session = _session(request.body, id=session_id, by=request.principal, at=request.at)
        files = _files(self.parts, request)
        return _session_view(usecases.record_session(files, reference, session, self.parts.rules))

    @door(
        "GET",
        "/cases/<reference>/sessions",
        roles=CASEWORKERS,
        query=schemas.PageQuery,
        answer=schemas.SessionList,
        reads_case=True,
        summary="List the sessions of a case, the latest first.",
    )
    def list_sessions(self, request: Request) -> Any:
        """Return a page of sessions."""
        part = usecases.read_sessions(
            _files(self.parts, request), request.path["reference"], **request.query
        )
        return {"items": [_session_view(opened) for opened in part.items], "next": part.next}

    @door(
        "GET",
        "/cases/<reference>/timeline",
        roles=CASEWORKERS,
        query=schemas.PageQuery,
        answer=schemas.Timeline,
        reads_case=True,
        summary="Read what happened on a case, the newest first: coded facts only.",
    )
    def read_timeline(self, request: Request) -> Any:
        """Return a page of the timeline."""
        return usecases.read_timeline(
            _files(self.parts, request), request.path["reference"], **request.query
        )

    @door(
        "POST",
        "/cases/<reference>/allocation",
        roles=CASEWORKERS,
        body=schemas.AllocateCase,
        answer=schemas.CaseSummary,
        reads_case=True,
        summary="Allocate a case; a practitioner may take one that nobody has.",
    )
    def allocate_case(self, request: Request) -> Any:
        """Allocate a case."""
        file = usecases.allocate_case(
            _files(self.parts, request),
            request.path["reference"],
            request.body["practitioner_id"],
            request.body["team_id"],
            by=_colleague(request.principal),
            at=request.at,
        )
        return _summary(file)

    @door(
        "POST",
        "/cases/<reference>/closure",
        roles=CASEWORKERS,
        body=schemas.CloseCase,
        answer=schemas.CaseSummary,
        reads_case=True,
        summary="Close a case with what became of each aim.",
    )
    def close_case(self, request: Request) -> Any:
        """Close a case."""
        file = usecases.close_case(
            _files(self.parts, request),
            request.path["reference"],
            request.body["outcomes"],
            by=_colleague(request.principal),
            at=request.at,
        )
        return _summary(file)


def _files(parts: Any, request: Request) -> CaseFiles:
    files: CaseFiles = parts.files.under(request.context)
    return files


def _colleague(principal: Principal) -> Colleague:
    return Colleague(principal.id, leads=principal.role in MANAGERS)


def _summary(file: CaseFile) -> dict[str, Any]:
    names = ("reference", "area", "state", "practitioner_id", "team_id", "band")
    moments = ("opened_at", "last_activity_at")
    return {name: getattr(file, name) for name in (*names, *moments)} | {"engagement": file}


def _session(told: Mapping[str, Any], *, id: str, by: Principal, at: datetime) -> Session:
    """Return the session that was told, the coded facts apart from the free text."""
    judgement, incident = told["professional_judgement"], told["incident"]
    worded = ("goals", "notes", "capacity_to_change", "professional_judgement")
    facts = {name: value for name, value in told.items() if name not in worded}
    coded = {name: tuple(told[name]) for name in ("approaches", "interests", "activities")}
    return Session(
        **facts
        | coded
        | {
            "id": id,
            "reference": new_reference("S"),
            "practitioner_id": by.id,
            "recorded_at": at,
            "attendance": Attendance(told["attendance"]),
            "goal_ratings": tuple(goal["rating"] for goal in told["goals"]),
            "judgement": judgement["level"] if judgement else None,
            "incident": Incident(**incident) if incident else None,
            "words": _words(told),
        }
    )


def _words(told: Mapping[str, Any]) -> Words:
    judgement = told["professional_judgement"]
    return Words(
        notes=told["notes"],
        capacity_to_change=told["capacity_to_change"],
        judgement_rationale=judgement["rationale"] if judgement else None,
        goals=tuple(goal["goal"] for goal in told["goals"]),
    )


def _session_view(opened: OpenedSession) -> dict[str, Any]:
    """Return a session as it was told; words that have been erased are None."""
    session, words = opened
    wordings = words.goals if words else (None,) * len(session.goal_ratings)
    judgement = {"level": session.judgement, "rationale": words and words.judgement_rationale}
    return asdict(session) | {
        "goals": [
            {"goal": goal, "rating": rating}
            for goal, rating in zip(wordings, session.goal_ratings, strict=True)
        ],
        "notes": words and words.notes,
        "capacity_to_change": words and words.capacity_to_change,
        "professional_judgement": judgement if session.judgement else None,
    }
