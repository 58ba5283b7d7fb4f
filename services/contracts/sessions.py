"""What the sessions service says."""

from __future__ import annotations

from marshmallow import fields, validate

from services.contracts import vocabulary as v
from services.contracts.vocabulary import Data


class SessionRecordedV1(Data):
    """An outreach session has been recorded; `disclosures` holds coded DASH answers, or nothing."""

    session_id = v.identifier()
    session_reference = v.reference()
    case_reference = v.reference()
    area = v.code()
    practitioner_id = v.identifier()
    held_at = v.instant()
    attendance = v.code(*v.ATTENDANCE)
    approaches = v.codes(*v.APPROACHES)
    engagement = fields.Integer(
        required=True, allow_none=True, validate=validate.Range(min=0, max=10)
    )
    disclosures = v.answers()
    professional_judgement = v.band(allow_none=True)
    incident = fields.Boolean(required=True)


class EngagementLapsedV1(Data):
    """Sessions were missed in a row: a reason to reach out to her, never a reproach."""

    case_reference = v.reference()
    area = v.code()
    missed_in_a_row = v.count()
    last_contact_at = v.instant(allow_none=True)
    band = v.band(allow_none=True)


class CaseAllocatedV1(Data):
    """A case has a named practitioner."""

    case_reference = v.reference()
    area = v.code()
    practitioner_id = v.identifier()
    team_id = v.identifier(allow_none=True)


class CaseClosedV1(Data):
    """A case has been closed with its outcomes."""

    case_reference = v.reference()
    area = v.code()
    outcomes = v.codes(*v.CASE_OUTCOMES)
    by = v.identifier()
