"""Retries reorder: whatever order events come in, and however often, the file ends up the same."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sessions.domain.model import CaseFile
from services.sessions.domain.referral import State
from tests.unit.sessions.case_file_examples import START, bare, followed, news

ONE = [
    news("R-1", "submitted", 1, 0),
    news("R-1", "accepted", 2, 1),
    news("R-1", "closed", 3, 2),
    news("R-1", "reopened", 4, 3),
]
TWO = [
    news("R-1", "submitted", 1, 0),
    news("R-1", "declined", 2, 3),
    news("R-2", "submitted", 1, 1),
    news("R-2", "accepted", 2, 2),
]
COURSES = {
    "waits": (ONE[:1], State.REFERRED),
    "accepted": (ONE[:2], State.OPEN),
    "ended before work began": (ONE[:3], State.CLOSED),
    "reopened": (ONE, State.OPEN),
    "one declined, one accepted": (TWO, State.OPEN),
    "one declined, one waits": (TWO[:3], State.REFERRED),
}


def facts(file: CaseFile) -> tuple[object, ...]:
    return (
        file.state,
        file.area,
        file.opened_at,
        file.last_activity_at,
        set(file.referrals),
        {(e.kind, e.at, e.reference, e.codes) for e in file.timeline if not of_our_own(e.kind)},
    )


def of_our_own(kind: str) -> bool:
    return kind in {"case_closed", "case_reopened"}


@pytest.mark.parametrize(("heard", "state"), COURSES.values(), ids=COURSES)
def test_every_order_leads_to_the_same_state(heard: list, state: State) -> None:
    ends = {followed(bare(order[0][1].at), *order).state for order in permutations(heard)}
    assert ends == {state}


@given(st.permutations([*ONE, *TWO[2:]]))
def test_the_whole_file_is_the_same(order: list) -> None:
    straight = followed(bare(), *ONE, *TWO[2:])
    assert facts(followed(bare(order[0][1].at), *order)) == facts(straight)


@given(st.permutations([*ONE, *TWO[2:]]), st.lists(st.sampled_from([*ONE, *TWO[2:]]), max_size=9))
def test_what_is_heard_again_changes_nothing_at_all(order: list, again: list) -> None:
    once = followed(bare(order[0][1].at), *order)
    assert followed(once, *again) == once


def test_the_file_is_as_old_as_its_oldest_news() -> None:
    late_first = followed(bare(ONE[1][1].at), ONE[1], ONE[0])
    assert late_first.opened_at == START
