"""What the doors take and give: JSON in, with every fault told at once; JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.chassis.web.fields import OPTIONAL, Day, choice, text
from services.contracts.dash import ANSWERS, BANDS, DASH_27, INSTRUMENTS, ITEMS

LARGEST_PAGE = 100
_SOMETHING = ("answers", "grade", "professional_judgement", "incident_on")


class Judgement(Schema):
    """A practitioner's own view of the level, with the concern and the reason for it."""

    level = choice(*BANDS, required=True)
    concern = text(**OPTIONAL)
    rationale = text(required=True)


class Reassess(Schema):
    """A new assessment: what has changed, or what the practitioner judges.

    Answers left out stay as they are known. Without an `instrument` they belong to the newest form
    of the case. A grade is for instruments that are graded rather than scored; `incident_on` is the
    day of a further incident.
    """

    instrument = choice(*INSTRUMENTS, **OPTIONAL)
    answers = fields.Dict(
        keys=choice(*DASH_27), values=choice(*ANSWERS), load_default=dict[str, str]
    )
    grade = choice(*BANDS, **OPTIONAL)
    professional_judgement = fields.Nested(Judgement, **OPTIONAL)
    incident_on = Day(**OPTIONAL)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def check_the_parts_together(
        self, told: Mapping[str, Any], sent: Mapping[str, Any], **_: Any
    ) -> None:
        """Tell what does not fit together, beside what is wrong in itself."""
        if not any(sent.get(name) for name in _SOMETHING):
            raise ValidationError(f"Give at least one of: {', '.join(_SOMETHING)}.")
        instrument = told.get("instrument") or ""
        foreign = set(told.get("answers") or ()) - set(ITEMS.get(instrument or "DASH-27", ()))
        if foreign:
            sentence = f"{instrument} has no such item."
            raise ValidationError({"answers": {item: [sentence] for item in sorted(foreign)}})


class AssessmentsQuery(Schema):
    """Which part of the list; `after` is the `next` of the part before."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, LARGEST_PAGE))
    after = fields.Integer(load_default=None, validate=validate.Range(1))


class JudgementView(Schema):
    """A professional judgement; free text is null where there is none or it has been erased."""

    level = fields.String()
    by = fields.String()
    at = fields.AwareDateTime()
    concern = fields.String(allow_none=True)
    rationale = fields.String(allow_none=True)


class ChangeView(Schema):
    """An item whose answer differs from the assessment before."""

    item = fields.String()
    was = fields.String(data_key="from")
    now = fields.String(data_key="to")


class SourceView(Schema):
    """What the assessment was made from: referral, session or reassessment, and by whom."""

    kind = fields.String()
    by = fields.String()
    at = fields.AwareDateTime()


class AssessmentView(Schema):
    """An assessment with everything that it rests on.

    The score counts items answered yes, out of `items`, and may be as high as
    `score_max_if_unknown`. `actuarial_level` comes without judgement, `final_level` is the higher
    of the two on this instrument, `basis` what it rests on, `level_if_unknown` what it would be if
    every unknown answer were a yes, and `band` the level of the case over all its instruments.
    """

    number = fields.Integer()
    assessed_at = fields.AwareDateTime()
    source = fields.Nested(SourceView)
    instrument = fields.String()
    ruleset_version = fields.String()
    band = fields.String()
    previous_band = fields.String(allow_none=True)
    worsened = fields.Boolean()
    score = fields.Integer(allow_none=True)
    score_max_if_unknown = fields.Integer(allow_none=True)
    items = fields.Integer()
    dont_know = fields.Integer()
    not_stated = fields.Integer()
    actuarial_level = fields.String()
    final_level = fields.String()
    level_if_unknown = fields.String()
    basis = fields.List(fields.String())
    grounds = fields.List(fields.String())
    cues = fields.List(fields.String())
    factors = fields.List(fields.String())
    prompts = fields.List(fields.String())
    incidents_12_months = fields.Integer()
    answers = fields.Dict(keys=fields.String(), values=fields.String())
    unrecognised = fields.List(fields.String())
    changes = fields.List(fields.Nested(ChangeView))
    grade = fields.String(allow_none=True)
    professional_judgement = fields.Nested(JudgementView, allow_none=True)
    dissent = fields.Nested(JudgementView, allow_none=True)
    due_review_at = fields.AwareDateTime(allow_none=True)


class AssessmentList(Schema):
    """Assessments of a case, the newest first."""

    items = fields.List(fields.Nested(AssessmentView))
    next = fields.String(allow_none=True)
