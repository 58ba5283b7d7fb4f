"""The intentions: hear, record, allocate, close, read part by part."""

from __future__ import annotations

import pytest

from services.sessions import usecases
from services.sessions.domain.engagement import Rule, Rules
from services.sessions.domain.errors import PlaceUnknown
from services.sessions.domain.referral import State
from services.sessions.domain.session import Words
from services.sessions.domain.timeline import Entry
from tests.unit.sessions.case_file_examples import (
    ALL_ACHIEVED,
    AREA,
    DAY,
    MAYA,
    REFERENCE,
    START,
    Shelf,
    bare,
    names,
    news,
    recorded,
    session,
)

USUAL = Rules()


def test_a_referral_opens_the_file() -> None:
    shelf = Shelf()
    file = usecases.hear_referral(shelf, bare(), *news("R-1", "submitted", 1, 0))
    assert (file.reference, file.state) == (REFERENCE, State.REFERRED)


def test_an_assessment_that_overtakes_the_referral_opens_the_file() -> None:
    shelf = Shelf()
    assessed = Entry("risk_assessed", START + DAY, codes=("high",))
    usecases.hear_assessment(shelf, bare(START + DAY), 1, "high", assessed)
    file = usecases.hear_referral(shelf, bare(), *news("R-1", "submitted", 1, 0))
    assert (file.band, file.opened_at, len(file.timeline)) == ("high", START, 2)


def test_an_alert_that_overtakes_everything_opens_the_file() -> None:
    shelf = Shelf()
    usecases.hear_alert(shelf, bare(), Entry("alert_raised", START, None, "A-1"))
    assert shelf.load(REFERENCE).timeline[0].reference == "A-1"


def test_a_session_is_returned_as_it_is_on_file() -> None:
    words = Words(notes="She came by bus.")
    told = session(1, words=words)
    assert usecases.record_session(Shelf(bare()), REFERENCE, told, USUAL) == (told, words)


def test_the_rule_is_that_of_the_area() -> None:
    shelf, rules = Shelf(bare()), Rules(by_area={AREA: Rule(lapses_at=1)})
    usecases.record_session(shelf, REFERENCE, session(1, "dna"), rules)
    assert names(shelf.said) == ["SessionRecorded", "EngagementLapsed"]


def test_allocation_and_closure_are_said() -> None:
    shelf = Shelf(bare())
    usecases.allocate_case(shelf, REFERENCE, "ana", None, by=MAYA, at=START)
    usecases.close_case(shelf, REFERENCE, ALL_ACHIEVED, by=MAYA, at=START)
    assert names(shelf.said) == ["CaseAllocated", "CaseClosed"]


def test_her_goals_are_followed_over_sessions_by_her_own_words() -> None:
    first = session(1, words=Words(goals=("See my son", "Sleep")), goal_ratings=(2, 4))
    second = session(2, words=Words(goals=("see  my son",)), goal_ratings=(5,))
    _, goals = usecases.read_case(Shelf(recorded(bare(), second, first)), REFERENCE)
    assert [(g.goal, [r.rating for r in g.ratings]) for g in goals] == [
        ("see  my son", [2, 5]),
        ("Sleep", [4]),
    ]


def test_goals_whose_words_were_erased_are_left_out() -> None:
    erased = session(1, words=object(), goal_ratings=(2,))
    assert usecases.read_case(Shelf(recorded(bare(), erased)), REFERENCE)[1] == ()


def test_sessions_are_read_part_by_part_the_latest_first() -> None:
    shelf = Shelf(recorded(bare(), *(session(day) for day in (2, 1, 3))))
    first = usecases.read_sessions(shelf, REFERENCE, after=None, limit=2)
    rest = usecases.read_sessions(shelf, REFERENCE, after=first.next, limit=2)
    read = [opened.id for part in (first, rest) for opened, _ in part.items]
    assert (read, rest.next) == (["session-3", "session-2", "session-1"], None)


def test_the_timeline_is_in_the_order_in_which_things_happened() -> None:
    shelf = Shelf()
    for day in (2, 1, 3):
        usecases.hear_alert(
            shelf, bare(), Entry("alert_raised", START + day * DAY, None, f"A-{day}")
        )
    first = usecases.read_timeline(shelf, REFERENCE, after=None, limit=2)
    rest = usecases.read_timeline(shelf, REFERENCE, after=first.next, limit=2)
    assert [entry.reference for entry in (*first.items, *rest.items)] == ["A-3", "A-2", "A-1"]


def test_a_place_that_is_not_in_the_list_is_refused() -> None:
    with pytest.raises(PlaceUnknown):
        usecases.read_timeline(Shelf(bare()), REFERENCE, after="7", limit=2)
