"""A referral moves only as its states allow, and each move has an actor, a moment, a reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.vocabulary import REFERRAL_STATUSES
from services.referrals.domain.errors import DecisionNotPossible, NotForAgencies
from services.referrals.domain.events import ReferralStatusChanged
from services.referrals.domain.model import Referral
from services.referrals.domain.states import (
    AGENCY_STATUS,
    AGENCY_VERDICTS,
    MOVES,
    REASONS,
    TASK_STATUS,
    Status,
    Verdict,
    statuses_called,
)
from tests.unit.referrals.referral_examples import AT, MANAGER, POLICE, a_referral

HOUR = timedelta(hours=1)
FHIR = {
    "draft",
    "requested",
    "accepted",
    "rejected",
    "cancelled",
    "in-progress",
    "on-hold",
    "failed",
    "completed",
    "entered-in-error",
}
WAYS = {
    Status.SUBMITTED: [],
    Status.INFORMATION_REQUESTED: [Verdict.REQUEST_INFORMATION],
    Status.ACCEPTED: [Verdict.ACCEPT],
    Status.DECLINED: [Verdict.DECLINE],
    Status.WITHDRAWN: [Verdict.WITHDRAW],
    Status.CLOSED: [Verdict.ACCEPT, Verdict.CLOSE],
    Status.REOPENED: [Verdict.ACCEPT, Verdict.CLOSE, Verdict.REOPEN],
}


def brought_to(status: Status) -> Referral:
    if status is Status.ENGAGED:
        return met(brought_to(Status.ACCEPTED))
    referral = a_referral()
    for number, verdict in enumerate(WAYS[status], start=1):
        referral, _ = referral.decide(verdict, by=MANAGER, at=AT + number * HOUR)
    return referral


def met(referral: Referral, *, hours: int = 10) -> Referral:
    return met_at(referral, AT + hours * HOUR, AT + 20 * HOUR)


def met_at(referral: Referral, held_at: datetime, said_at: datetime) -> Referral:
    return referral.met(by="ana", held_at=held_at, said_at=said_at, at=AT + 90 * HOUR)[0]


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("status", Status)
def test_a_verdict_moves_a_referral_or_is_refused(status: Status, verdict: Verdict) -> None:
    referral = brought_to(status)
    sources, to = MOVES[verdict]
    if status in sources:
        assert referral.decide(verdict, by=MANAGER, at=AT)[0].status is to
    else:
        with pytest.raises(DecisionNotPossible):
            referral.decide(verdict, by=MANAGER, at=AT)


def test_a_move_has_an_actor_a_moment_and_a_reason_and_is_announced() -> None:
    later = AT + HOUR
    referral, events = a_referral().decide(
        Verdict.DECLINE, by=MANAGER, at=later, reason_code="no_capacity"
    )
    assert (referral.updated_at, referral.reason_code) == (later, "no_capacity")
    assert referral.history[-1].by == "maya"
    assert events == (ReferralStatusChanged("submitted", "declined", "no_capacity", "maya"),)


@given(st.lists(st.sampled_from([*Verdict, "met", "closed", "assessed"]), max_size=12))
def test_whatever_is_asked_a_referral_stays_within_its_states(asked: list[str]) -> None:
    referral, announced = a_referral(), []
    for number, what in enumerate(asked, start=1):
        try:
            referral, events = step(referral, what, number)
        except DecisionNotPossible:
            continue
        announced += events
    steps = [(move.was, move.to) for move in referral.history]
    assert all(was is not to for was, to in steps)
    assert [was for was, _ in steps] == [Status.SUBMITTED, *(to for _, to in steps)][: len(steps)]
    assert steps == [(event.was, event.to) for event in announced]


def step(referral: Referral, what: str, number: int) -> tuple[Referral, list[object]]:
    at = AT + number * HOUR
    if what == "met":
        changed, events = referral.met(by="ana", held_at=at, said_at=at, at=at)
    elif what == "closed":
        changed, events = referral.case_closed(by="ana", closed_at=at, at=at)
    elif what == "assessed":
        changed, events = referral.assessed("high", number)
    else:
        changed, events = referral.decide(Verdict(what), by=MANAGER, at=at)
    return changed, list(events)


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - AGENCY_VERDICTS))
def test_an_agency_does_not_take_the_teams_decisions(verdict: Verdict) -> None:
    with pytest.raises(NotForAgencies, match="answer_information, withdraw"):
        a_referral().decide(verdict, by=POLICE, at=AT)


def test_an_agency_withdraws_its_referral_and_answers_what_was_asked() -> None:
    asked = brought_to(Status.INFORMATION_REQUESTED)
    assert asked.decide(Verdict.ANSWER_INFORMATION, by=POLICE, at=AT)[0].status == "submitted"
    assert asked.decide(Verdict.WITHDRAW, by=POLICE, at=AT)[0].status == "withdrawn"


def test_a_refusal_says_what_can_be_decided_now() -> None:
    with pytest.raises(DecisionNotPossible, match=r"is accepted; .*: close\."):
        brought_to(Status.ACCEPTED).decide(Verdict.DECLINE, by=MANAGER, at=AT)
    with pytest.raises(DecisionNotPossible, match="nothing is open"):
        brought_to(Status.ACCEPTED).decide(Verdict.WITHDRAW, by=POLICE, at=AT)


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.REOPENED])
def test_a_session_that_she_came_to_begins_the_work(status: Status) -> None:
    assert met(brought_to(status)).status is Status.ENGAGED


def test_a_session_that_was_told_of_before_the_referral_came_is_not_its_beginning() -> None:
    accepted = brought_to(Status.ACCEPTED)
    assert met_at(accepted, AT - HOUR, AT - HOUR) == accepted
    assert met_at(accepted, AT - HOUR, AT + HOUR).status is Status.ENGAGED


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACCEPTED, Status.REOPENED}))
def test_a_session_changes_nothing_else(status: Status) -> None:
    referral = brought_to(status)
    assert met(referral) == referral


def test_what_happened_before_a_reopening_is_not_held_against_it() -> None:
    reopened = brought_to(Status.REOPENED)
    before = reopened.updated_at - HOUR
    assert met(reopened, hours=1) == reopened
    assert reopened.case_closed(by="ana", closed_at=before, at=AT + 9 * HOUR) == (reopened, ())


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.ENGAGED])
def test_a_closure_from_before_she_was_taken_on_again_closes_nothing(status: Status) -> None:
    taken_on = brought_to(status)
    before = taken_on.history[0].at - HOUR
    assert taken_on.case_closed(by="ana", closed_at=before, at=AT + 30 * HOUR) == (taken_on, ())


@pytest.mark.parametrize("status", Status)
def test_a_closed_case_closes_what_was_accepted_and_leaves_what_waits(status: Status) -> None:
    referral = brought_to(status)
    closed, _ = referral.case_closed(by="ana", closed_at=AT + 30 * HOUR, at=AT + 30 * HOUR)
    is_open = status in {Status.ACCEPTED, Status.ENGAGED, Status.REOPENED}
    assert closed.status is (Status.CLOSED if is_open else status)


@given(st.permutations([("standard", 1), ("high", 2), ("medium", 3)]))
def test_the_newest_assessment_gives_the_band_in_any_order(heard: list[tuple[str, int]]) -> None:
    referral = a_referral()
    for band, number in heard:
        referral, events = referral.assessed(band, number)
        assert not events
    assert (referral.band, referral.assessment) == ("medium", 3)


def test_an_assessment_does_not_show_as_a_move() -> None:
    assert a_referral().assessed("high", 1)[0].updated_at == AT


def test_every_status_has_a_word_for_agencies_in_fhir_and_on_the_bus() -> None:
    assert set(AGENCY_STATUS) == set(TASK_STATUS) == set(Status)
    assert set(TASK_STATUS.values()) <= FHIR
    assert {status.value for status in Status} == set(REFERRAL_STATUSES)
    assert set(REASONS) == set(Verdict)


def test_a_word_of_either_side_finds_its_statuses() -> None:
    assert statuses_called("received") == statuses_called("submitted") == (Status.SUBMITTED,)
    assert statuses_called("accepted") == (Status.ACCEPTED, Status.REOPENED)
    assert statuses_called(None) == tuple(Status)
