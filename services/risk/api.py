"""The HTTP door: the assessments of a case, read and added to by staff of its area."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from http import HTTPStatus
from typing import Any

from services.chassis.auth import CASEWORKERS
from services.chassis.ids import derived_id, new_id
from services.chassis.web.entrypoint import Request, door
from services.risk import schemas, usecases
from services.risk.domain import errors
from services.risk.domain.assessment import REASSESSMENT, Assessment, Judgement, Source, Told
from services.risk.domain.ruleset import ITEMS, Answer, Band
from services.risk.repository import RiskProfiles

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.ItemNotOfInstrument: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.GradeNotTaken: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NothingToAssess: HTTPStatus.UNPROCESSABLE_ENTITY,
}

OpenWords = Callable[[object | None], str | None]


class Api:
    """The doors that people come through, by way of the portal."""

    refusals = REFUSALS
    parts: Any

    @door(
        "GET",
        "/cases/<reference>/assessments",
        roles=CASEWORKERS,
        query=schemas.AssessmentsQuery,
        answer=schemas.AssessmentList,
        reads_case=True,
        summary="The assessments of a case, the newest first.",
    )
    def read_assessments(self, request: Request) -> Any:
        """Return part of what has been assessed, with everything that it rests on."""
        profiles = _profiles(self.parts, request)
        asked = request.query
        leaf = usecases.read_assessments(
            profiles, request.path["reference"], before=asked["after"], limit=asked["limit"]
        )
        items = [_view(made, leaf.review_due_at, profiles.open_words) for made in leaf.assessments]
        return {"items": items, "next": leaf.before}

    @door(
        "POST",
        "/cases/<reference>/assessments",
        roles=CASEWORKERS,
        body=schemas.Reassess,
        answer=schemas.AssessmentView,
        status=HTTPStatus.CREATED,
        reads_case=True,
        summary="Assess a case again: changed answers, a judgement with its reason, an incident.",
    )
    def reassess(self, request: Request) -> Any:
        """Assess a case again and return what came of it."""
        profiles = _profiles(self.parts, request)
        made = usecases.reassess(
            profiles,
            request.path["reference"],
            _told(request),
            self.parts.rulebook,
            at=request.at,
        )
        return _view(made, made.due_review_at, profiles.open_words)


def _profiles(parts: Any, request: Request) -> RiskProfiles:
    profiles: RiskProfiles = parts.profiles.under(request.context)
    return profiles


def _told(request: Request) -> Told:
    """Return what a person says; the same Idempotency-Key makes the same assessment."""
    body, by, at = request.body, request.principal.id, request.at
    receipt = request.context.receipt
    made = derived_id("assessment", receipt) if receipt else new_id()
    given, day = body["professional_judgement"], body["incident_on"]
    return Told(
        assessment_id=made,
        source=Source(REASSESSMENT, made, at, by),
        instrument=body["instrument"],
        answers={item: Answer(answer) for item, answer in body["answers"].items()},
        grade=Band(body["grade"]) if body["grade"] else None,
        judgement=_judgement(given, by, at) if given else None,
        incident_at=_by_the_end_of(date.fromisoformat(day), at) if day else None,
    )


def _judgement(given: Mapping[str, Any], by: str, at: datetime) -> Judgement:
    return Judgement(Band(given["level"]), by, at, given["concern"], given["rationale"])


def _by_the_end_of(day: date, at: datetime) -> datetime:
    """Return the last moment at which something of a day can have happened: a day has no hour."""
    return min(datetime.combine(day, time.max, UTC).replace(microsecond=999_000), at)


def _view(
    made: Assessment, review_due_at: datetime | None, open_words: OpenWords
) -> Mapping[str, Any]:
    finding, score = made.finding, made.finding.score
    return {
        "number": made.number,
        "assessed_at": made.at,
        "source": made.source,
        "instrument": made.instrument,
        "ruleset_version": made.ruleset_version,
        "band": made.band,
        "previous_band": made.previous_band,
        "worsened": made.worsened,
        "score": score.yes if score else None,
        "score_max_if_unknown": score.max_if_unknown if score else None,
        "items": len(ITEMS[made.instrument]),
        "dont_know": score.dont_know if score else 0,
        "not_stated": score.not_stated if score else 0,
        "actuarial_level": finding.actuarial,
        "final_level": finding.level,
        "level_if_unknown": finding.level_if_unknown,
        "basis": finding.basis,
        "grounds": finding.grounds,
        "cues": finding.cues,
        "factors": finding.factors,
        "prompts": finding.prompts,
        "incidents_12_months": finding.incidents,
        "answers": made.answers,
        "unrecognised": made.unrecognised,
        "changes": made.changes,
        "grade": made.grade,
        "professional_judgement": _judgement_view(made.judgement, open_words),
        "dissent": _judgement_view(made.dissent, open_words),
        "due_review_at": review_due_at,
    }


def _judgement_view(judgement: Judgement | None, open_words: OpenWords) -> Any:
    if judgement is None:
        return None
    return {
        "level": judgement.level,
        "by": judgement.by,
        "at": judgement.at,
        "concern": open_words(judgement.concern),
        "rationale": open_words(judgement.rationale),
    }
