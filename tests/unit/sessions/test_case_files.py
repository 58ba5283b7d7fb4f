"""The case file: sessions, lapses, allocation and closure, and what it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.sessions.domain import errors
from services.sessions.domain.events import CaseAllocated, CaseClosed, SessionRecorded
from services.sessions.domain.model import CaseFile
from services.sessions.domain.referral import State
from services.sessions.domain.session import Incident
from services.sessions.domain.timeline import REMEMBERED, Entry
from tests.unit.sessions.case_file_examples import (
    ALL_ACHIEVED,
    ANA,
    BEA,
    DAY,
    MAYA,
    RULE,
    START,
    bare,
    followed,
    names,
    news,
    recorded,
    session,
    told,
)

MINUTE = timedelta(minutes=1)
INCIDENT = Incident(on=None, reported_to_police=True)


def closed(outcomes: dict[str, str] = ALL_ACHIEVED) -> CaseFile:
    return followed(bare(), news("R-1", "submitted", 1, 0)).close(outcomes, by=MAYA, at=START)[0]


def test_two_missed_sessions_in_a_row_ask_once_for_reaching_out() -> None:
    said = told(bare(), session(1, "dna"), session(2, "cancelled_client"), session(3, "dna"))
    assert said.count("EngagementLapsed") == 1


def test_a_lapse_is_over_when_she_is_met_and_the_next_is_told_again() -> None:
    course = ("dna", "dna", "attended", "dna", "unsafe_to_attend")
    said = told(bare(), *(session(day, each) for day, each in enumerate(course, start=1)))
    assert said.count("EngagementLapsed") == 2


def test_a_lapse_carries_when_she_was_last_met() -> None:
    file = recorded(bare(), session(1), session(2, "dna"))
    _, (_, lapsed) = file.record(session(3, "dna"), RULE)
    assert (lapsed.missed_in_a_row, lapsed.last_contact_at) == (2, START + DAY)


def test_a_correction_takes_the_place_of_the_session() -> None:
    first = session(1, "dna")
    file = recorded(bare(), first, session(2, corrects=first.reference, held_at=first.held_at))
    assert [each.id for each in file.sessions_in_force] == ["session-2"]
    assert (file.missed_in_a_row, file.last_contact_at) == (0, first.held_at)


def test_a_corrected_session_does_not_count_twice() -> None:
    first = session(1, "dna")
    again = session(2, "cancelled_client", corrects=first.reference, held_at=first.held_at)
    assert "EngagementLapsed" not in told(bare(), first, again)


def test_a_correction_can_take_a_lapse_back() -> None:
    second = session(2, "dna")
    file = recorded(bare(), session(1, "dna"), second)
    assert recorded(file, session(3, corrects=second.reference)).lapsed_at is None


def test_a_correction_of_a_correction_stands() -> None:
    file = recorded(bare(), session(1), session(2, corrects="S-0001-0000"))
    file = recorded(file, session(3, corrects="S-0002-0000"))
    assert [each.id for each in file.sessions_in_force] == ["session-3"]


@pytest.mark.parametrize("reference", ["S-0009-0000", "S-0001-0000"])
def test_only_a_session_that_stands_is_corrected(reference: str) -> None:
    file = recorded(bare(), session(1), session(2, corrects="S-0001-0000"))
    with pytest.raises(errors.SessionNotOnFile, match=reference):
        file.record(session(3, corrects=reference), RULE)


def test_the_same_session_is_not_recorded_twice() -> None:
    file = recorded(bare(), session(1))
    with pytest.raises(errors.SessionAlreadyRecorded, match="S-0001-0000"):
        file.record(session(2, held_at=START + DAY), RULE)


def test_two_practitioners_may_meet_her_at_the_same_time() -> None:
    file = recorded(bare(), session(1))
    both = recorded(file, session(2, held_at=START + DAY, practitioner_id="bea"))
    assert len(both.sessions_in_force) == 2


def test_an_incident_is_told_once_though_the_session_is_corrected() -> None:
    file, (first, *_) = bare().record(session(1, incident=INCIDENT), RULE)
    _, (second, *_) = file.record(session(2, incident=INCIDENT, corrects="S-0001-0000"), RULE)
    assert (first, second) == (
        SessionRecorded("session-1", incident=True),
        SessionRecorded("session-2", incident=False),
    )


def test_an_incident_that_a_correction_adds_is_told() -> None:
    file = recorded(bare(), session(1))
    _, (said, *_) = file.record(session(2, incident=INCIDENT, corrects="S-0001-0000"), RULE)
    assert said == SessionRecorded("session-2", incident=True)


@pytest.mark.parametrize("attendance", ["attended", "late"])
def test_meeting_her_begins_the_work(attendance: str) -> None:
    assert recorded(bare(), session(1, attendance)).state is State.ENGAGED


def test_missing_a_session_never_moves_the_case() -> None:
    file = recorded(bare(), *(session(day, "dna") for day in range(1, 9)))
    assert file.state is State.REFERRED


def test_a_manager_allocates() -> None:
    file, events = bare().allocate("ana", "west", by=MAYA, at=START)
    assert (file.practitioner_id, file.team_id) == ("ana", "west")
    assert events == (CaseAllocated("ana", "west"),)


def test_a_practitioner_takes_a_case_that_nobody_has() -> None:
    assert bare().allocate("ana", None, by=ANA, at=START)[0].practitioner_id == "ana"


def test_a_practitioner_does_not_take_a_colleagues_case() -> None:
    file, _ = bare().allocate("ana", None, by=ANA, at=START)
    with pytest.raises(errors.CaseAlreadyAllocated):
        file.allocate("bea", None, by=BEA, at=START)


def test_a_practitioner_does_not_give_a_case_to_a_colleague() -> None:
    with pytest.raises(errors.AllocationNotHers):
        bare().allocate("bea", None, by=ANA, at=START)


def test_allocating_to_who_has_the_case_says_nothing() -> None:
    file, _ = bare().allocate("ana", None, by=MAYA, at=START)
    assert file.allocate("ana", None, by=MAYA, at=START + DAY) == (file, ())


def test_the_closure_tells_which_aims_were_achieved() -> None:
    outcomes = {**ALL_ACHIEVED, "child_returned": "partly", "violence_ended": "unknown"}
    file, events = bare().close(outcomes, by=MAYA, at=START)
    assert file.state is State.CLOSED
    assert events == (CaseClosed(("stability_increased", "no_further_removal"), "maya"),)


def test_only_who_has_the_case_or_a_manager_closes_it() -> None:
    file, _ = bare().allocate("ana", None, by=MAYA, at=START)
    with pytest.raises(errors.ClosureNotHers):
        file.close(ALL_ACHIEVED, by=BEA, at=START)
    assert file.close(ALL_ACHIEVED, by=ANA, at=START)[0].state is State.CLOSED


def test_a_closed_case_refuses_sessions_and_says_what_to_do() -> None:
    with pytest.raises(errors.CaseAlreadyClosed, match="Reopen its referral"):
        closed().record(session(1), RULE)


def test_a_closed_case_is_not_allocated_or_closed_again() -> None:
    with pytest.raises(errors.CaseAlreadyClosed):
        closed().allocate("ana", None, by=MAYA, at=START)
    with pytest.raises(errors.CaseAlreadyClosed):
        closed().close(ALL_ACHIEVED, by=MAYA, at=START)


def test_a_new_referral_opens_a_closed_case_for_triage() -> None:
    file = followed(closed(), news("R-2", "submitted", 1, 30))
    assert (file.state, file.practitioner_id, file.closure) == (State.REFERRED, None, None)


def test_a_reopened_referral_opens_a_closed_case() -> None:
    file = followed(closed(), news("R-1", "closed", 4, 0.1), news("R-1", "reopened", 5, 30))
    assert file.state is State.OPEN


def test_late_news_that_she_was_met_opens_no_closed_case() -> None:
    file = followed(closed(), news("R-1", "engaged", 3, 30), news("R-1", "closed", 4, 30.1))
    assert file.state is State.CLOSED
    assert [closure.outcomes for closure in file.closures] == [ALL_ACHIEVED]


def test_late_news_of_an_old_referral_opens_no_closed_case() -> None:
    file = followed(closed(), news("R-1", "accepted", 2, -1), news("R-1", "closed", 3, 1))
    assert file.state is State.CLOSED


def test_what_was_missed_before_the_case_was_opened_again_does_not_count() -> None:
    file = recorded(bare(), session(1, "dna"), session(2, "dna"))
    file, _ = file.close(ALL_ACHIEVED, by=MAYA, at=START + 3 * DAY)
    file = followed(file, news("R-2", "submitted", 1, 4))
    file, events = file.record(session(5, "dna"), RULE)
    assert (file.missed_in_a_row, names(events)) == (1, ["SessionRecorded"])


def test_a_stale_assessment_keeps_its_place_but_not_the_band() -> None:
    newer, older = START + 2 * DAY, START + DAY
    file, _ = bare().assess(2, "high", Entry("risk_assessed", newer, codes=("high",)))
    file, _ = file.assess(1, "standard", Entry("risk_assessed", older, codes=("standard",)))
    assert file.band == "high"
    assert {(entry.at, entry.codes) for entry in file.timeline} == {
        (older, ("standard",)),
        (newer, ("high",)),
    }


def test_what_an_alert_repeats_is_counted_and_not_listed_again() -> None:
    told_at = [START + day * DAY for day in (1, 3, 2)]
    file = bare()
    for at in told_at:
        file, _ = file.note(Entry("alert_escalated", at, None, "A-1", ("level_3",)))
    (line,) = file.timeline
    assert (line.times, line.at) == (3, START + 3 * DAY)


def test_what_is_heard_again_is_counted_once_in_whatever_order() -> None:
    told_at = [START + day * DAY for day in (1, 3, 2)]
    file = bare()
    for at in (*told_at, *told_at):
        file, _ = file.note(Entry("alert_escalated", at, None, "A-1", ("level_3",)))
    (line,) = file.timeline
    assert (line.times, line.at) == (3, START + 3 * DAY)


def test_of_an_alert_that_is_told_without_end_only_the_latest_moments_are_kept() -> None:
    told_at = [START + number * MINUTE for number in range(REMEMBERED + 10)]
    file = bare()
    for at in (*told_at, *told_at):
        file, _ = file.note(Entry("alert_escalated", at, None, "A-1", ("level_3",)))
    (line,) = file.timeline
    assert (line.times, len(line.earlier)) == (REMEMBERED + 10, REMEMBERED)


def test_two_acknowledgements_are_two_lines() -> None:
    file = bare()
    for day in (1, 2):
        file, _ = file.note(Entry("alert_acknowledged", START + day * DAY, "ana", "A-1"))
    assert len(file.timeline) == 2


def test_a_case_is_seen_by_the_area_of_every_referral() -> None:
    referral, entry = news("R-1", "submitted", 1, 0)
    moved = type(referral)("R-2", "submitted", 1, "maya", "cluj")
    file = followed(bare(), (referral, entry), (moved, entry))
    assert file.areas == ("cluj", "london-rbkc")


def test_the_newest_referral_names_the_area() -> None:
    (first, entry), (_, later) = news("R-1", "submitted", 1, 0), news("R-2", "submitted", 1, 5)
    moved = type(first)("R-2", "submitted", 1, "maya", "cluj")
    for heard in ([(first, entry), (moved, later)], [(moved, later), (first, entry)]):
        assert followed(bare(), *heard).area == "cluj"


def test_a_referral_taken_on_before_the_closing_and_heard_after_it_is_closed_with_it() -> None:
    file = followed(bare(), news("R-1", "submitted", 1, 0), news("R-1", "accepted", 2, 1))
    file, _ = file.close(ALL_ACHIEVED, by=MAYA, at=START + 5 * DAY)
    file = followed(file, news("R-2", "submitted", 1, 3), news("R-2", "accepted", 2, 4))
    assert file.state is State.OPEN
    file = followed(file, news("R-1", "closed", 3, 5.1), news("R-2", "closed", 3, 5.1))
    assert file.state is State.CLOSED
    assert [(each.by, bool(each.outcomes)) for each in file.closures] == [
        ("maya", True),
        ("maya", False),
    ]
