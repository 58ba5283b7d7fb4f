"""The states of a referral: who may move it, from where to where, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from services.referrals.domain.intake import Fault, Told


class Status(StrEnum):
    """Where a referral stands; partner agencies are shown less (`AGENCY_STATUS`)."""

    SUBMITTED = "submitted"
    INFORMATION_REQUESTED = "information_requested"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ENGAGED = "engaged"
    CLOSED = "closed"
    REOPENED = "reopened"


class Verdict(StrEnum):
    """What a person can decide about a referral."""

    ACCEPT = "accept"
    DECLINE = "decline"
    REQUEST_INFORMATION = "request_information"
    ANSWER_INFORMATION = "answer_information"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    REOPEN = "reopen"


OPEN = frozenset({Status.ACCEPTED, Status.ENGAGED, Status.REOPENED})
WAITING = frozenset({Status.SUBMITTED, Status.INFORMATION_REQUESTED})
IN_HAND = WAITING | OPEN

MOVES: Mapping[Verdict, tuple[frozenset[Status], Status]] = {
    Verdict.ACCEPT: (frozenset({Status.SUBMITTED}), Status.ACCEPTED),
    Verdict.DECLINE: (frozenset({Status.SUBMITTED}), Status.DECLINED),
    Verdict.REQUEST_INFORMATION: (frozenset({Status.SUBMITTED}), Status.INFORMATION_REQUESTED),
    Verdict.ANSWER_INFORMATION: (frozenset({Status.INFORMATION_REQUESTED}), Status.SUBMITTED),
    Verdict.WITHDRAW: (WAITING, Status.WITHDRAWN),
    Verdict.CLOSE: (OPEN, Status.CLOSED),
    Verdict.REOPEN: (frozenset({Status.CLOSED}), Status.REOPENED),
}
"""Verdict → (from any of these, to this)."""

AGENCY_VERDICTS = frozenset({Verdict.WITHDRAW, Verdict.ANSWER_INFORMATION})

REASONS: Mapping[Verdict, tuple[str, ...]] = {
    Verdict.ACCEPT: (),
    Verdict.DECLINE: (
        "out_of_area",
        "not_eligible",
        "no_capacity",
        "duplicate",
        "declined_by_client",
        "referred_elsewhere",
        "other",
    ),
    Verdict.REQUEST_INFORMATION: (
        "identity_unclear",
        "safe_contact_missing",
        "risk_answers_missing",
        "consent_or_basis_unclear",
        "children_unclear",
        "other",
    ),
    Verdict.ANSWER_INFORMATION: (),
    Verdict.WITHDRAW: (
        "opened_in_error",
        "declined_by_client",
        "no_longer_needed",
        "moved_away",
        "other",
    ),
    Verdict.CLOSE: ("completed", "ended_by_client", "moved_away", "transferred", "other"),
    Verdict.REOPEN: ("new_incident", "asked_by_client", "closed_in_error", "other"),
}
"""The reason codes of each verdict: a closed set, because they cross the bus."""

REASON_REQUIRED = frozenset({Verdict.DECLINE, Verdict.REQUEST_INFORMATION})
NOTE_REQUIRED = frozenset({Verdict.ANSWER_INFORMATION, Verdict.REOPEN})


def verdict_faults(told: Told) -> Iterator[Fault]:
    """Tell what a verdict lacks, or has and may not have: its reason code and its note."""
    verdict = told.get("decision")
    if verdict is None:
        return
    reason, codes = told.get("reason_code"), REASONS[verdict]
    if reason is None and verdict in REASON_REQUIRED:
        yield Fault(("reason_code",), f"Give a reason: {', '.join(codes)}.")
    if reason is not None and reason not in codes:
        detail = f"Choose one of: {', '.join(codes)}." if codes else "Leave it out here."
        yield Fault(("reason_code",), detail)
    if told.get("note") is None and verdict in NOTE_REQUIRED:
        yield Fault(("note",), "Say in a note what is new.")


AGENCY_STATUS: Mapping[Status, str] = {
    Status.SUBMITTED: "received",
    Status.INFORMATION_REQUESTED: "information_requested",
    Status.ACCEPTED: "accepted",
    Status.DECLINED: "declined",
    Status.WITHDRAWN: "withdrawn",
    Status.ENGAGED: "engaged",
    Status.CLOSED: "closed",
    Status.REOPENED: "accepted",
}
"""The minimum that closes the loop for the agency that referred her."""

REASON_SHOWN = frozenset({Status.INFORMATION_REQUESTED, Status.DECLINED, Status.WITHDRAWN})
"""Where the agency is told the reason too; why work ended or began again is not its to know."""

TASK_STATUS: Mapping[Status, str] = {
    Status.SUBMITTED: "requested",
    Status.INFORMATION_REQUESTED: "requested",
    Status.ACCEPTED: "accepted",
    Status.DECLINED: "rejected",
    Status.WITHDRAWN: "cancelled",
    Status.ENGAGED: "in-progress",
    Status.CLOSED: "completed",
    Status.REOPENED: "accepted",
}
"""FHIR R4 Task.status, the states that the SDOHCC referral task allows (no conformance claimed)."""


def statuses_called(word: str | None) -> tuple[Status, ...]:
    """Return the statuses that a word stands for, the team's word or an agency's; all for None."""
    return tuple(s for s in Status if word in {None, s.value, AGENCY_STATUS[s]})
