"""Answers merge to the same, in whatever order and however often they are told."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.risk.domain.assessment import Known, join
from services.risk.domain.ruleset import DASH_24, Answer
from tests.unit.risk.profile_examples import DAY, NOON

MOMENTS = st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours))
KNOWN = st.builds(Known, st.sampled_from(Answer), MOMENTS)
TOLD = st.dictionaries(st.sampled_from(DASH_24[:6]), KNOWN)


def known(answer: Answer, at: int = 0) -> Known:
    return Known(answer, NOON + at * DAY)


@given(TOLD, TOLD)
def test_the_order_of_merging_is_irrelevant(one: dict[str, Known], other: dict[str, Known]) -> None:
    assert join(one, other) == join(other, one)


@given(TOLD, TOLD, TOLD)
def test_merging_may_be_grouped_in_any_way(
    one: dict[str, Known], two: dict[str, Known], three: dict[str, Known]
) -> None:
    assert join(join(one, two), three) == join(one, join(two, three))


@given(TOLD, TOLD)
def test_hearing_twice_changes_nothing(one: dict[str, Known], other: dict[str, Known]) -> None:
    assert join(join(one, other), other) == join(one, other)


@given(TOLD, TOLD)
def test_what_is_known_is_never_unlearnt(one: dict[str, Known], other: dict[str, Known]) -> None:
    merged = join(one, other)
    for item, before in one.items():
        if not before.answer.is_unknown:
            assert not merged[item].answer.is_unknown


@given(TOLD, st.sampled_from(DASH_24[:6]))
def test_the_newest_yes_stands(one: dict[str, Known], item: str) -> None:
    newest = known(Answer.YES, at=9)
    assert join(one, {item: newest})[item] == newest


def test_what_was_told_last_counts_even_when_it_is_heard_first() -> None:
    monday, wednesday = known(Answer.YES, at=0), known(Answer.NO, at=2)
    assert wednesday.joined(monday) == monday.joined(wednesday) == wednesday


def test_of_two_answers_told_at_once_yes_stands() -> None:
    assert known(Answer.NO).joined(known(Answer.YES)).answer is Answer.YES


def test_not_knowing_does_not_replace_knowing() -> None:
    said = known(Answer.YES)
    assert said.joined(known(Answer.DONT_KNOW, at=5)) == said
    assert said.joined(known(Answer.NOT_STATED, at=5)) == said
