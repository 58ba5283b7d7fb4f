"""Every code that a service can send has words on the pages."""

from __future__ import annotations

from types import ModuleType

import pytest

from services.chassis.auth import Role
from services.chassis.web.problems import slug_of
from services.contracts import dash, vocabulary
from services.contracts.catalogue import CONTRACTS
from services.contracts.notifications import ESCALATION_REASONS
from services.notifications.domain import errors as of_notifications
from services.notifications.domain.escalation import Tells
from services.notifications.domain.figures import AGES, OLDER
from services.notifications.domain.notices import TEST, Stage
from services.notifications.domain.policies import BOUNDS
from services.notifications.domain.responders import Channel, Medium
from services.notifications.schemas import responders as alert_channels
from services.portal.pages.areas import AREAS
from services.portal.pages.ladders import LONGEST
from services.portal.pages.problem_labels import PROBLEMS
from services.portal.pages.work_labels import CODES, WORDS
from services.referrals import schemas as referrals
from services.referrals.domain import errors as of_referrals
from services.referrals.domain.states import REASONS, Status, Verdict
from services.referrals.settings import AREAS as SERVED
from services.risk.domain import errors as of_risk
from services.risk.domain.dash import PROMPTS, Basis
from services.sessions.domain import errors as of_sessions
from services.sessions.domain import session as sessions
from services.sessions.domain.model import RESULTS, State

CODED = {
    "action": vocabulary.ACTIONS,
    "action_done": vocabulary.ACTIONS,
    "aim_result": RESULTS,
    "alert_kind": vocabulary.ALERT_KINDS,
    "alert_outcome": vocabulary.ALERT_OUTCOMES,
    "answer": dash.ANSWERS,
    "approach": vocabulary.APPROACHES,
    "area": SERVED,
    "attendance": vocabulary.ATTENDANCE,
    "band": dash.BANDS,
    "basis": tuple(Basis),
    "case_outcome": vocabulary.CASE_OUTCOMES,
    "case_state": tuple(State),
    "address_hint": alert_channels.CHANNELS,
    "channel": (*referrals.CHANNELS, *Channel),
    "child_status": referrals.CHILD_STATUSES,
    "consent": referrals.CONSENTS,
    "contact_no": referrals.CHANNELS,
    "contact_yes": referrals.CHANNELS,
    "cue": dash.CUES,
    "day": referrals.WEEK,
    "decision": tuple(Verdict),
    "ground": dash.GROUNDS,
    "instrument": dash.INSTRUMENTS,
    "interest": sessions.INTERESTS,
    "item": dash.DASH_27,
    "medium": tuple(Medium),
    "open_age": (*AGES, OLDER),
    "purpose": ("raised", "worsened", *ESCALATION_REASONS, TEST),
    "stage": tuple(Stage),
    "tier": tuple(Tells),
    "escalation": ("worsened", *ESCALATION_REASONS),
    "lawful_basis": referrals.BASES,
    "missed_reason": sessions.REASONS,
    "need": referrals.NEEDS,
    "place": sessions.PLACES,
    "prompt": tuple(PROMPTS),
    "reason": tuple({code for codes in REASONS.values() for code in codes}),
    "referral_status": tuple(Status),
    "relationship": referrals.RELATIONSHIPS,
    "role": tuple(Role),
}
UNSEEN = {
    "alert-already-raised",
    "bad-address",
    "policy-unfit",
    "responder-active",
    "allocation-already-known",
    "case-not-found",
    "client-erased",
    "episode-contested",
    "place-unknown",
    "policy-ends",
    "policy-unordered",
    "risk-refusal",
    "rota-unknown",
    "rota-wrong",
}
"""Refusals that no page's form can meet, or that are pages of their own."""


@pytest.mark.parametrize(("kind", "codes"), CODED.items(), ids=CODED)
def test_each_code_has_words(kind: str, codes: tuple[str, ...]) -> None:
    assert set(codes) <= WORDS[kind].keys()


def test_each_event_that_a_timeline_tells_has_words() -> None:
    heard = {contract.type for contract in CONTRACTS if "sessions" in contract.hearers}
    assert heard - {"case_erased"} <= WORDS["timeline"].keys()


def test_codes_of_a_timeline_are_in_words() -> None:
    told = {*dash.BANDS, *dash.GROUNDS, *vocabulary.ACTIONS, *vocabulary.ALERT_OUTCOMES}
    assert told | {"worsened", "not_acknowledged", "inbox", "attended"} <= CODES.keys()


@pytest.mark.parametrize(
    "errors", [of_notifications, of_referrals, of_risk, of_sessions], ids=lambda m: m.__name__
)
def test_each_refusal_that_a_form_can_meet_has_words(errors: ModuleType) -> None:
    refusals = [
        one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, Exception)
    ]
    slugs = {slug_of(refusal) for refusal in refusals}
    assert slugs - UNSEEN <= PROBLEMS.keys()


def test_each_area_has_a_name_and_a_clock() -> None:
    assert set(SERVED) == AREAS.keys()


def test_the_page_of_a_ladder_knows_how_long_each_wait_may_be() -> None:
    names = {
        "after_s": "rung",
        "acknowledgement_lasts_s": "acknowledgement",
        "repeat_every_s": "repeat",
        "unresolved_after_s": "unresolved",
    }
    bounds = {
        kind.value: {name: getattr(bound, wait).total_seconds() for name, wait in names.items()}
        for kind, bound in BOUNDS.items()
    }
    assert bounds == LONGEST
