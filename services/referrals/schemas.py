"""What the doors take and give: JSON in, with every fault told at once; JSON out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.chassis.web.fields import (
    NEEDED,
    OPTIONAL,
    Day,
    Text,
    at_least_one,
    choice,
    code,
    email_address,
    flag,
    refuse,
    said,
    some,
    telephone_number,
    text,
    time_of_day,
    today,
    whole_number,
)
from services.contracts.dash import ANSWERS, BANDS, INSTRUMENTS, ITEMS
from services.referrals.domain.intake import Fault, Intake, faults, intake_of, normal
from services.referrals.domain.states import (
    AGENCY_STATUS,
    Status,
    Verdict,
    statuses_called,
    verdict_faults,
)

CHANNELS = ("telephone", "sms", "email", "post", "in_person", "through_referrer")
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHILD_STATUSES = ("with_mother", "kinship", "in_care", "adopted", "returned", "proceedings_open")
RELATIONSHIPS = ("partner", "ex_partner", "family_member", "other")
LANGUAGES = ("en", "ro", "it", "hu")
CONSENTS = ("given", "refused", "withdrawn", "not_sought")
BASES = ("consent", "vital_interests", "public_task", "safeguarding", "legal_obligation")
CARE_NEEDS = ("housing", "mental_health", "substance_use", "health", "parenting", "children")
NEEDS = (*CARE_NEEDS, "legal", "immigration", "finance")
PAGE = validate.Range(1, 100, error="Ask for 1 to 100 at a time.")


def name_of_hers() -> Text:
    """Return a field for a name that she is matched by, so it must hold a letter."""
    return Text(200, _has_a_letter, required=True)


def _has_a_letter(name: str) -> None:
    if name and not normal(name):
        raise ValidationError("Write the name in letters.")


class Diversity(Schema):
    """What she chose to tell of herself; None where she was not asked."""

    disability = flag(**OPTIONAL)
    lgbt = flag(**OPTIONAL)
    black_or_minoritised = flag(**OPTIONAL)
    pregnant = flag(**OPTIONAL)


class Client(Schema):
    """The woman who is referred."""

    given_name = name_of_hers()
    family_name = name_of_hers()
    aliases = some(Text())
    born_on = Day(**NEEDED)
    address = Text(**OPTIONAL)
    postcode = Text(20, **OPTIONAL)
    telephone = telephone_number()
    email = email_address()
    diversity = fields.Nested(Diversity, **OPTIONAL)


class Window(Schema):
    """Days and hours in which she can be reached, in her own time zone."""

    days = at_least_one(choice(*WEEK), 7)
    begins = time_of_day("from")
    ends = time_of_day("to")


class Contact(Schema):
    """How she can be reached without putting her at risk; `unknown` is treated as `no`."""

    channel = choice(*CHANNELS, **NEEDED)
    safe = choice("yes", "no", "unknown", **NEEDED)
    windows = some(fields.Nested(Window))
    voicemail_ok = flag(load_default=False)
    sms_ok = flag(load_default=False)
    code_name = Text(**OPTIONAL)
    safe_person = Text(**OPTIONAL)
    not_safe_to_talk_to = Text(**OPTIONAL)


class Child(Schema):
    """A child of hers and where the child lives."""

    given_name = Text(**NEEDED)
    born_on = Day(**OPTIONAL)
    status = choice(*CHILD_STATUSES, **NEEDED)
    at_risk = flag(load_default=False)


class Perpetrator(Schema):
    """Somebody whom she fears; everything but the relationship may be unknown."""

    name = Text(**OPTIONAL)
    born_on = Day(**OPTIONAL)
    relationship = choice(*RELATIONSHIPS, **NEEDED)
    address = Text(**OPTIONAL)


class Referrer(Schema):
    """The person at the agency who refers her."""

    name = Text(**NEEDED)
    telephone = telephone_number()
    email = email_address()
    role = Text(**OPTIONAL)


class Judgement(Schema):
    """The referrer's professional judgement, with its reasons."""

    level = choice(*BANDS, **NEEDED)
    concern = text(**OPTIONAL)
    rationale = text(**NEEDED)


class Coded(Schema):
    """What of a referral is codes, counts and days: told, and read again, under the same names."""

    area = code(**NEEDED)
    language = choice(*LANGUAGES, **NEEDED)
    interpreter_needed = flag(load_default=False)
    needs = some(choice(*NEEDS))
    instrument = choice(*INSTRUMENTS, **NEEDED)
    answers = fields.Dict(error_messages=said("Send an answer for each item."), **OPTIONAL)
    grade = choice(*BANDS, **OPTIONAL)
    incidents_12_months = whole_number(0, 999, **OPTIONAL)
    further_incident = choice(*ANSWERS, load_default="not_stated")
    latest_incident_on = Day(**OPTIONAL)
    previous_marac_on = Day(**OPTIONAL)
    client_aware = flag(**NEEDED)
    consent = choice(*CONSENTS, **NEEDED)
    lawful_basis = choice(*BASES, **OPTIONAL)


class SubmitReferral(Coded):
    """A referral, as the MARAC form asks for it."""

    agency_reference = Text(64, **OPTIONAL)
    referrer = fields.Nested(Referrer, **NEEDED)
    client = fields.Nested(Client, **NEEDED)
    contact = fields.Nested(Contact, **NEEDED)
    children = some(fields.Nested(Child))
    perpetrators = some(fields.Nested(Perpetrator))
    professional_judgement = fields.Nested(Judgement, **OPTIONAL)
    not_aware_reason = text(**OPTIONAL)
    consent_not_sought_reason = text(**OPTIONAL)
    reason = text(**NEEDED)
    notes = text(**OPTIONAL)

    @validates_schema(skip_on_field_errors=False)
    def check_the_parts_together(self, told: Mapping[str, Any], **_: Any) -> None:
        """Tell what does not fit together, beside what is wrong in itself."""
        refuse((*faults(told, ITEMS, today()), *_wrong_answers(told.get("answers") or {})))

    @post_load
    def to_intake(self, told: Mapping[str, Any], **_: Any) -> Intake:
        """Part what may be read from what is sealed."""
        return intake_of(told, today())


def _wrong_answers(answers: Mapping[str, Any]) -> Iterator[Fault]:
    sentence = f"Answer with one of: {', '.join(ANSWERS)}."
    return (Fault(("answers", item), sentence) for item, a in answers.items() if a not in ANSWERS)


class DecideReferral(Schema):
    """What a person decides about a referral; the reason is a code, the note is kept sealed."""

    decision = choice(*Verdict, **NEEDED)
    reason_code = code(**OPTIONAL)
    note = text(**OPTIONAL)

    @validates_schema(skip_on_field_errors=False)
    def check_the_reason(self, told: Mapping[str, Any], **_: Any) -> None:
        """Tell what the decision lacks, or may not have."""
        refuse(verdict_faults(told))

    @post_load
    def to_decision(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Give the decision its type."""
        return {**told, "decision": Verdict(told["decision"])}


class ReferralsQuery(Schema):
    """Which referrals, the newest first; `received` is what agencies call `submitted`."""

    status = choice(*dict.fromkeys((*Status, *AGENCY_STATUS.values())), **OPTIONAL)
    limit = fields.Integer(load_default=50, validate=PAGE)
    after = fields.String(**OPTIONAL)

    @post_load
    def to_statuses(self, told: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Turn the word into the statuses that it stands for."""
        return {**told, "status": statuses_called(told["status"])}


class Move(Schema):
    """One step of a referral's way; the note only where the whole case is read."""

    was = fields.String(data_key="from")
    to = fields.String()
    by = fields.String()
    at = fields.AwareDateTime()
    reason_code = fields.String(allow_none=True)
    note = fields.String(allow_none=True)


class ReferralView(Coded):
    """A referral. A partner agency is given the first six fields and none of the others."""

    reference = fields.String()
    agency_reference = fields.String(allow_none=True)
    status = fields.String()
    reason_code = fields.String(allow_none=True)
    submitted_at = fields.AwareDateTime()
    updated_at = fields.AwareDateTime()
    case_reference = fields.String()
    agency_id = fields.String()
    submitted_by = fields.String()
    judgement = choice(*BANDS, allow_none=True)
    children_under_18 = fields.Integer()
    children_removed = fields.Integer()
    children_at_risk = fields.Integer()
    task_status = fields.String()
    decisions = fields.List(choice(*Verdict))
    repeat = fields.Boolean()
    flagged_until = fields.AwareDateTime()
    is_marac_repeat = fields.Boolean()
    band = choice(*BANDS, allow_none=True)
    history = fields.List(fields.Nested(Move))


class ReferralList(Schema):
    """Some referrals, and what to ask `after` for the next; null at the end."""

    items = fields.List(fields.Nested(ReferralView))
    next = fields.String(allow_none=True)


class OpenedReferral(ReferralView):
    """A referral of a case with what its referrer told in confidence."""

    contact = fields.Nested(Contact)
    referrer = fields.Nested(Referrer)
    narrative = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))


class ClientView(Schema):
    """Who she is and how to reach her: the newest telling, and everybody told of in any.

    `near_matches` are references of other cases that may be hers: a person looks, and decides.
    """

    case_reference = fields.String()
    client = fields.Nested(Client)
    contact = fields.Nested(Contact)
    children = fields.List(fields.Nested(Child))
    perpetrators = fields.List(fields.Nested(Perpetrator))
    referrals = fields.List(fields.Nested(OpenedReferral))
    near_matches = fields.List(fields.String())
