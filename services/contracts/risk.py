"""What the risk service says."""

from __future__ import annotations

from marshmallow import fields

from services.contracts import vocabulary as v
from services.contracts.dash import CUES, GROUNDS
from services.contracts.vocabulary import Data


class Source(Data):
    """What an assessment was made from; `at` is when that was first said (for latency)."""

    kind = v.code("referral", "session", "reassessment")
    id = v.identifier()
    at = v.instant()


class Scored(Data):
    """What scoring finds, of whomever."""

    assessment_id = v.identifier()
    number = v.count()
    instrument = v.instrument()
    ruleset_version = v.code()
    score = v.count(allow_none=True)
    score_max_if_unknown = v.count(allow_none=True)
    dont_know = v.count()
    not_stated = v.count()
    band = v.band()
    previous_band = v.band(allow_none=True)
    worsened = fields.Boolean(required=True)
    grounds = v.codes(*GROUNDS)
    cues = v.codes(*CUES)
    changed_items = v.codes()
    due_review_at = v.instant()


class RiskAssessedV1(Scored):
    """A case has been scored; `number` counts the assessments of the case from 1."""

    case_reference = v.reference()
    area = v.code()
    source = fields.Nested(Source, required=True)


class DrillAssessedV1(Scored):
    """The answers of a drill have been scored, by the rule that scores referrals."""

    began_at = v.instant()
