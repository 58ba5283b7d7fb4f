"""What the referrals service says."""

from __future__ import annotations

from marshmallow import fields

from services.contracts import vocabulary as v
from services.contracts.vocabulary import Data


class Children(Data):
    """How many children the case concerns; never who they are."""

    under_18 = v.count()
    removed = v.count()
    at_risk = v.count()


class ReferralSubmittedV1(Data):
    """A partner agency has referred a woman, and the referral is stored for good."""

    referral_id = v.identifier()
    referral_reference = v.reference()
    case_reference = v.reference()
    agency_id = v.identifier()
    area = v.code()
    language = v.code("en", "ro", "it", "hu")
    instrument = v.instrument()
    grade = v.band(allow_none=True)
    answers = v.answers()
    professional_judgement = v.band(allow_none=True)
    incidents_12_months = v.count(allow_none=True)
    further_incident = v.code("yes", "no", "dont_know", "not_stated")
    previous_marac_at = v.instant(allow_none=True)
    children = fields.Nested(Children, required=True)
    repeat_of_case = fields.Boolean(required=True)


class ReferralStatusChangedV1(Data):
    """A referral has moved from one status to another."""

    referral_id = v.identifier()
    referral_reference = v.reference()
    case_reference = v.reference()
    agency_id = v.identifier()
    area = v.code()
    was = v.code(*v.REFERRAL_STATUSES, data_key="from")
    to = v.code(*v.REFERRAL_STATUSES)
    reason_code = v.code(allow_none=True)
    by = v.identifier()


class DrillBegunV1(Data):
    """A drill has begun: invented answers, of nobody, which are to end as an alert that none sees.

    `number` counts the drills of an installation from 1.
    """

    number = v.count()
    began_at = v.instant()
    instrument = v.instrument()
    answers = v.answers()
