"""What the doors take and give: JSON in, with every fault told at once; JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.chassis import clock
from services.chassis.ids import BadReference, read_reference
from services.chassis.web.fields import LONGEST_TEXT, Moment, choice, flag, said
from services.contracts.dash import ANSWERS, BANDS, DASH_27
from services.contracts.vocabulary import APPROACHES, IDENTIFIER
from services.sessions.domain.model import RESULTS
from services.sessions.domain.referral import State
from services.sessions.domain.session import INTERESTS, PLACES, REASONS, Attendance, faults

LONGEST_GOAL = 500
MOST = 30
LARGEST_PAGE = 100
_few = validate.Length(max=MOST, error=f"Give {MOST} at the most.")


class Text(fields.String):
    """Free text without blanks around it; empty text is none, and none is a fault where needed."""

    def __init__(self, longest: int = LONGEST_TEXT, **options: Any) -> None:
        least = {"minLength": 1} if options.get("required") else {}
        super().__init__(metadata={**least, "maxLength": longest}, **options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options).strip()
        if self.required and not text:
            raise self.make_error("required")
        if len(text) > self.longest:
            raise ValidationError(f"Write {self.longest} characters at the most.")
        return text or None


class ShortReference(fields.String):
    """A reference as people type it, tidied."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **options: Any) -> Any:
        try:
            return read_reference(super()._deserialize(value, attr, data, **options))
        except BadReference as error:
            raise ValidationError(f"{str(error).capitalize()}.") from None


def several(*codes: str) -> fields.List[Any]:
    """Return a field for some codes, each once."""
    return fields.List(choice(*codes), load_default=list, validate=[_few, _each_once])


def rating(**options: Any) -> fields.Integer:
    """Return a field for a rating of 0 to 10."""
    scale = validate.Range(0, 10, error="Rate from 0 to 10.")
    words = said("Rate from 0 to 10.")
    return fields.Integer(strict=True, validate=scale, error_messages=words, **options)


def account(**options: Any) -> fields.String:
    """Return a field for the id of an account or a team, which can hold no name."""
    plain = validate.Regexp(IDENTIFIER.regex, error="This is not an id.")
    return fields.String(validate=plain, **options)


def _each_once(codes: list[str]) -> None:
    if len(set(codes)) < len(codes):
        raise ValidationError("Give each one once.")


class GoalRating(Schema):
    """One of her goals, in her words, and her own rating of it (Goal Based Outcomes, 0 to 10)."""

    goal = Text(LONGEST_GOAL, required=True)
    rating = rating(required=True)


class IncidentTold(Schema):
    """A further incident that came to be known."""

    on = fields.Date(load_default=None)
    reported_to_police = flag(load_default=None)


class Judgement(Schema):
    """The practitioner's professional judgement of the risk, with its reasons."""

    level = choice(*BANDS, required=True)
    rationale = Text(required=True)


class SessionFacts(Schema):
    """An outreach session, held or not; `corrects` names the session that this one replaces."""

    held_at = Moment(required=True)
    attendance = choice(*(each.value for each in Attendance), required=True)
    place = choice(*PLACES, load_default=None)
    reason = choice(*REASONS, load_default=None)
    approaches = several(*APPROACHES)
    engagement = rating(load_default=None)
    goals = fields.List(fields.Nested(GoalRating), load_default=list, validate=_few)
    interests = several(*INTERESTS)
    activities = several(*INTERESTS)
    notes = Text(load_default=None)
    capacity_to_change = Text(load_default=None)
    consulted_colleagues = flag(load_default=False)
    contact_was_safe = choice("yes", "no", "unknown", load_default="unknown")
    incident = fields.Nested(IncidentTold, load_default=None)
    disclosures = fields.Dict(keys=fields.String(), values=fields.String(), load_default=dict)
    professional_judgement = fields.Nested(Judgement, load_default=None)
    corrects = ShortReference(load_default=None)


class RecordSession(SessionFacts):
    """An outreach session to be recorded."""

    @validates_schema(skip_on_field_errors=False)
    def check_the_parts_together(self, told: Mapping[str, Any], **_: Any) -> None:
        """Tell what does not fit together, beside what is wrong in itself."""
        found = faults(told, items=DASH_27, answers=ANSWERS, at=clock.now())
        if found:
            raise ValidationError(found)

    @post_load
    def tidy(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Keep whole seconds in UTC, and no item that was not stated: it changes nothing known."""
        answers = told["disclosures"].items()
        return told | {
            "held_at": told["held_at"].replace(microsecond=0),
            "disclosures": {item: said for item, said in answers if said != "not_stated"},
        }


class AllocateCase(Schema):
    """Who is to have the case, by account, and in which team."""

    practitioner_id = account(required=True)
    team_id = account(load_default=None)


class Outcomes(Schema):
    """What became of each aim of the work."""

    violence_ended = choice(*RESULTS, required=True)
    stability_increased = choice(*RESULTS, required=True)
    no_further_removal = choice(*RESULTS, required=True)
    child_returned = choice(*RESULTS, required=True)


class CloseCase(Schema):
    """The end of the work."""

    outcomes = fields.Nested(Outcomes, required=True)


class PageQuery(Schema):
    """Which part of a list; `after` is the `next` of the part before."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, LARGEST_PAGE))
    after = fields.String(load_default=None)


class CaseloadQuery(PageQuery):
    """Which cases; without `state`, all that are not closed."""

    mine = fields.Boolean(load_default=False)
    state = choice(*(each.value for each in State), load_default=None)
    band = choice(*BANDS, load_default=None)


class Part(Schema):
    """Part of a list; `next`, given as `after`, continues it, and null ends it."""

    next = fields.String(allow_none=True)


class SessionView(SessionFacts):
    """A session with its free text; what has been erased is null."""

    reference = fields.String()
    practitioner_id = fields.String()
    recorded_at = fields.AwareDateTime()


class SessionList(Part):
    """Sessions of a case that stand, the latest first."""

    items = fields.List(fields.Nested(SessionView))


class EntryView(Schema):
    """A coded fact on the timeline; `times` it was told, `at` the last of them."""

    kind = fields.String()
    at = fields.AwareDateTime()
    by = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)
    codes = fields.List(fields.String())
    times = fields.Integer()


class Timeline(Part):
    """What happened on a case, the newest first."""

    items = fields.List(fields.Nested(EntryView))


class EngagementView(Schema):
    """How contact with her stands; a lapse is a reason to reach out, never a fault."""

    missed_in_a_row = fields.Integer()
    last_contact_at = fields.AwareDateTime(allow_none=True)
    lapsed_at = fields.AwareDateTime(allow_none=True)


class CaseSummary(Schema):
    """A case in a list."""

    reference = fields.String()
    area = fields.String()
    state = fields.String()
    practitioner_id = fields.String(allow_none=True)
    team_id = fields.String(allow_none=True)
    band = fields.String(allow_none=True)
    opened_at = fields.AwareDateTime()
    last_activity_at = fields.AwareDateTime()
    engagement = fields.Nested(EngagementView)


class CaseList(Part):
    """A caseload, the newest activity first."""

    items = fields.List(fields.Nested(CaseSummary))


class RatedView(Schema):
    """One rating of a goal."""

    held_at = fields.AwareDateTime()
    session = fields.String()
    rating = fields.Integer()


class GoalView(Schema):
    """One of her goals, with her ratings from the first to the latest."""

    goal = fields.String()
    ratings = fields.List(fields.Nested(RatedView))


class ReferralView(Schema):
    """A referral of the case and where it stands."""

    reference = fields.String()
    status = fields.String()


class ClosureView(Schema):
    """How the work ended; no outcomes where the referrals ended before it began."""

    at = fields.AwareDateTime()
    by = fields.String()
    outcomes = fields.Dict(keys=fields.String(), values=fields.String())


class CaseView(CaseSummary):
    """A case file."""

    referrals = fields.List(fields.Nested(ReferralView))
    goals = fields.List(fields.Nested(GoalView))
    sessions_recorded = fields.Integer()
    closure = fields.Nested(ClosureView, allow_none=True)
