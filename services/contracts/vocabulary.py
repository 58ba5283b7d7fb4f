"""Field types that several contracts share; closed sets wherever the word is known."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from services.contracts.dash import ANSWERS, BANDS, INSTRUMENTS

REFERENCE = validate.Regexp(r"^[A-Z]-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\Z")
CODE = validate.Regexp(r"^[a-z0-9][a-z0-9_.-]{0,63}\Z")
IDENTIFIER = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9:_.-]{0,63}\Z")
TRACEPARENT = validate.Regexp(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\Z")

REFERRAL_STATUSES = (
    "submitted",
    "information_requested",
    "accepted",
    "declined",
    "withdrawn",
    "engaged",
    "closed",
    "reopened",
)
ATTENDANCE = (
    "attended",
    "late",
    "dna",
    "cancelled_client",
    "cancelled_service",
    "unsafe_to_attend",
)
APPROACHES = (
    "integrative_psychotherapy",
    "cbt_rebt",
    "vig",
    "dash",
    "addiction_psychotherapy",
    "motivational_interviewing",
    "solution_focused",
    "systemic_family",
    "group_work",
)
ALERT_KINDS = ("high_risk", "engagement", "referral_waiting", "review_overdue")
ACTIONS = ("contacted", "safety_plan", "marac_referral", "police", "other")
ALERT_OUTCOMES = ("made_safer", "marac", "police_action", "no_longer_needed", "opened_in_error")
CASE_OUTCOMES = (
    "violence_ended",
    "stability_increased",
    "no_further_removal",
    "child_returned",
)


class Data(Schema):
    """The data of an event: publishers may not add what the contract does not name."""

    class Meta:
        """Refuse unknown fields; readers override this when they load."""

        unknown = RAISE


def identifier(**options: Any) -> fields.String:
    """Return a field for an opaque id: no blank and no `@`, so that no text of a person fits."""
    return fields.String(required=True, validate=IDENTIFIER, **options)


def reference() -> fields.String:
    """Return a field for a short reference that people see, such as `C-7F3K-9QX6`."""
    return fields.String(required=True, validate=REFERENCE)


def code(*allowed: str, **options: Any) -> fields.String:
    """Return a field for a code: one of `allowed`, or any short code when none is given."""
    options.setdefault("required", True)
    return fields.String(validate=validate.OneOf(allowed) if allowed else CODE, **options)


def codes(*allowed: str) -> fields.List[Any]:
    """Return a field for a list of codes."""
    return fields.List(code(*allowed), required=True)


def instant(**options: Any) -> fields.AwareDateTime:
    """Return a field for an aware moment, ISO 8601 on the wire."""
    return fields.AwareDateTime(required=True, **options)


def count(**options: Any) -> fields.Integer:
    """Return a field for a number that is never negative."""
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=0), **options)


def answers() -> fields.Dict:
    """Return a field for coded answers by item key."""
    return fields.Dict(keys=code(), values=code(*ANSWERS), required=True)


def band(**options: Any) -> fields.String:
    """Return a field for a band of risk."""
    return code(*BANDS, **options)


def instrument() -> fields.String:
    """Return a field for the name of a risk instrument."""
    return code(*INSTRUMENTS)
