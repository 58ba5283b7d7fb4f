"""Missed sessions in a row, whatever the order in which they were recorded."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.sessions.domain.engagement import Rule, Rules, contact
from services.sessions.domain.session import RESCHEDULED, Attendance, Session
from tests.unit.sessions.case_file_examples import DAY, RULE, START, session

REASONS = st.sampled_from([None, RESCHEDULED, "illness"])
ATTENDANCE = st.sampled_from([each.value for each in Attendance])


def course(told: list[tuple[str, str | None]]) -> list[Session]:
    return [
        session(day, attendance, reason=None if Attendance(attendance).is_held else reason)
        for day, (attendance, reason) in enumerate(told, start=1)
    ]


COURSES = st.lists(st.tuples(ATTENDANCE, REASONS), max_size=9).map(course)


def missed(*attendances: str) -> int:
    return contact([session(d, a) for d, a in enumerate(attendances, 1)], RULE).missed_in_a_row


def test_sessions_are_missed_in_a_row_since_she_was_last_met() -> None:
    assert missed("dna", "attended", "dna", "cancelled_client") == 2


def test_coming_late_is_coming() -> None:
    assert missed("dna", "dna", "late") == 0


def test_a_session_that_the_service_cancelled_counts_neither_way() -> None:
    assert missed("dna", "cancelled_service", "unsafe_to_attend") == 2


def test_a_rescheduled_session_counts_only_where_it_moved_to() -> None:
    moved = session(1, "cancelled_client", reason=RESCHEDULED)
    assert contact([moved, session(2, "dna")], RULE).missed_in_a_row == 1


def test_nothing_missed_before_the_case_was_opened_again_counts() -> None:
    found = contact([session(1, "dna"), session(3, "dna")], RULE, since=START + 2 * DAY)
    assert found.missed_in_a_row == 1


def test_each_area_may_have_a_rule_of_its_own() -> None:
    rules = Rules(by_area={"cluj": Rule(lapses_at=4)})
    assert [rules.of(area).lapses_at for area in ("cluj", "perugia")] == [4, 2]


@given(COURSES)
def test_a_session_held_last_ends_every_row(course: list[Session]) -> None:
    found = contact([*course, session(99)], RULE)
    assert found.missed_in_a_row == 0
    assert found.last_contact_at == START + 99 * DAY


@given(COURSES)
def test_one_more_missed_session_is_one_more(course: list[Session]) -> None:
    before = contact(course, RULE).missed_in_a_row
    assert contact([*course, session(99, "dna")], RULE).missed_in_a_row == before + 1


@given(COURSES, st.randoms())
def test_the_order_of_recording_does_not_matter(course: list[Session], chance: object) -> None:
    shuffled = list(course)
    chance.shuffle(shuffled)
    assert contact(shuffled, RULE) == contact(course, RULE)


@given(COURSES, st.sampled_from(["cancelled_service", "cancelled_client"]))
def test_what_does_not_count_changes_nothing(course: list[Session], attendance: str) -> None:
    moved = session(50, attendance, reason=RESCHEDULED, held_at=START + timedelta(hours=50))
    assert contact([*course, moved], RULE) == contact(course, RULE)
