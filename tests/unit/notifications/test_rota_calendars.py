"""Rotas as calendars: written for others, read whole or refused with every event at fault."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from services.notifications.domain.errors import RotaWrong
from services.notifications.domain.layers import Listed, Piece
from services.notifications.domain.responders import Channel, Method, Responder
from services.notifications.schemas import calendars
from tests.unit.notifications.rota_examples import NOW, day, nights, rota, weekly, window

LONDON, CLUJ = ZoneInfo("Europe/London"), ZoneInfo("Europe/Bucharest")
NAMES = {"ana": "ana", "bea": "bea", "bea brown": "bea", "ana@example.org": "ana"}


def calendar(*events: str) -> str:
    body = "\r\n".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}\r\nEND:VCALENDAR\r\n"


def event(uid: str, who: str, *more: str, begins: str = "", ends: str = "") -> str:
    times = [begins or "DTSTART:20260303T090000Z", ends or "DTEND:20260303T170000Z"]
    return "\r\n".join([f"UID:{uid}", f"SUMMARY:{who}", *(t for t in times if t != "-"), *more])


def read(text: str, zone: ZoneInfo = LONDON, **names: str) -> tuple[Piece, ...]:
    return calendars.read(text, zone, NAMES | names, NOW)


def refused(text: str) -> list[str]:
    with pytest.raises(RotaWrong) as wrong:
        read(text)
    assert {fault.path for fault in wrong.value.faults} == {("calendar",)}
    return [fault.detail for fault in wrong.value.faults]


@pytest.mark.parametrize("who", ["ana", "ANA ", "Bea Brown"])
def test_an_event_is_the_shift_of_whom_its_summary_names(who: str) -> None:
    assert read(calendar(event("1", who))) == ((window(day(3, 9), 8), NAMES[who.strip().lower()]),)


def test_an_attendee_by_mail_goes_before_the_summary() -> None:
    text = calendar(event("1", "bea", "ATTENDEE;CN=A:MAILTO:Ana@Example.org"))
    assert read(text)[0][1] == "ana"


def test_times_without_a_zone_are_those_of_the_rota() -> None:
    times = {"begins": "DTSTART:20260303T090000", "ends": "DTEND:20260303T170000"}
    assert read(calendar(event("1", "ana", **times)), CLUJ)[0][0] == window(day(3, 7), 8)


def test_a_whole_day_is_from_midnight_to_midnight_where_the_rota_is() -> None:
    times = {"begins": "DTSTART;VALUE=DATE:20260329", "ends": "DTEND;VALUE=DATE:20260330"}
    assert read(calendar(event("1", "ana", **times)))[0][0] == window(day(29), 23)


def test_times_in_a_zone_of_their_own_are_taken_as_they_are() -> None:
    begins = "DTSTART;TZID=America/New_York:20260303T090000"
    text = calendar(event("1", "ana", begins=begins, ends="DURATION:PT8H"))
    assert read(text)[0][0] == window(day(3, 14), 8)


def test_what_repeats_is_taken_for_a_year_at_its_local_time() -> None:
    begins = "DTSTART;TZID=Europe/London:20260302T200000"
    rule = "RRULE:FREQ=WEEKLY;BYDAY=MO,TU"
    found = read(calendar(event("1", "ana", rule, begins=begins, ends="DURATION:PT12H")))
    assert 103 <= len(found) <= 106
    assert {each.begins.astimezone(LONDON).hour for each, _ in found} == {20}
    assert {each.begins.hour for each, _ in found} == {19, 20}


def test_one_repeat_may_be_moved_to_somebody_else_or_cancelled() -> None:
    text = calendar(
        event("1", "ana", "RRULE:FREQ=DAILY;COUNT=3"),
        event(
            "1",
            "bea",
            "RECURRENCE-ID:20260304T090000Z",
            begins="DTSTART:20260304T090000Z",
            ends="DTEND:20260304T170000Z",
        ),
        event("2", "ana", "STATUS:CANCELLED", ends="DTEND:20260303T100000Z"),
    )
    assert [person for _, person in read(text)] == ["ana", "bea", "ana"]


def test_shifts_that_are_over_are_left_out() -> None:
    past = event("1", "ana", begins="DTSTART:20260201T090000Z", ends="DTEND:20260201T170000Z")
    assert len(read(calendar(past, event("2", "ana")))) == 1
    assert refused(calendar(past)) == ["There is no event in this calendar that is still to come."]


def test_everything_that_is_wrong_is_told_at_once_by_uid_and_line() -> None:
    told = refused(
        calendar(
            event("u1", "ana"),
            event("u2", "nobody", begins="DTSTART:20260305T090000Z", ends="DTEND:20260305T170000Z"),
            event("u3", "bea", ends="-"),
            event("u4", "bea", begins="DTSTART:20260303T120000Z"),
            event("u5", "ana", begins="DTSTART:20260309T120000Z", ends="DTEND:20260309T110000Z"),
            event("u6", "ana", begins="DTSTART;TZID=Nowhere/Land:20260310T120000"),
            event("u7", "ana", ends="DTEND:tomorrow"),
            event("u8", "ana", "RRULE:FREQ=SECONDLY"),
            event("u9", "ana", begins="-"),
        )
    )
    found = {re.match(r"Line (\d+), event (u\d): ", each).groups(): each for each in told}  # type: ignore[union-attr]  # told below
    assert {uid for _, uid in found} == {f"u{number}" for number in range(2, 10)}
    assert {int(line) for line, _ in found} == {10, 16, 21, 27, 33, 39, 45, 52}
    assert "no end" in found["16", "u3"]
    assert "before event u1 of line 4 ends" in found["21", "u4"]
    assert "time zone" in found["33", "u6"]


def test_a_fault_says_the_same_by_code_and_parameters() -> None:
    with pytest.raises(RotaWrong) as wrong:
        read(calendar(event("u1", "ana"), event("u2", "bea", begins="DTSTART:20260303T120000Z")))
    (told,) = wrong.value.faults
    assert told.detail == "Line 10, event u2: it begins before event u1 of line 4 ends."
    place = {"line": 10, "event": "u2", "other": "u1", "other_line": 4}
    assert (told.code, told.params) == ("event_overlaps", place)


def test_a_calendar_that_is_too_long_is_not_read() -> None:
    told = refused(calendar(event("u1", "ana", "DESCRIPTION:" + "x" * calendars.LONGEST)))
    assert told == ["This calendar is longer than 200000 characters: split it."]


def test_a_fault_never_repeats_what_an_event_says() -> None:
    told = refused(calendar(event("u1", "canary words", "DESCRIPTION:canary")))
    assert "canary" not in "".join(told)


def test_two_events_do_not_share_a_uid() -> None:
    other = event("u1", "bea", begins="DTSTART:20260305T090000Z", ends="DTEND:20260305T170000Z")
    assert refused(calendar(event("u1", "ana"), other)) == [
        "Line 10, event u1: line 4 has this UID too."
    ]


def test_a_long_event_overlaps_each_of_those_within_it() -> None:
    told = refused(
        calendar(
            event("u1", "ana", ends="DTEND:20260309T090000Z"),
            event("u2", "bea", begins="DTSTART:20260304T090000Z", ends="DTEND:20260304T170000Z"),
            event("u3", "bea", begins="DTSTART:20260305T090000Z", ends="DTEND:20260305T170000Z"),
        )
    )
    assert ["u1" in each for each in told] == [True, True]


@pytest.mark.parametrize("text", ["", "hello", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "BEGIN:X"])
def test_what_is_no_calendar_is_refused(text: str) -> None:
    assert refused(text) == ["Line 1: this is no iCalendar text, or it is cut off."]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYHOUR=1,2",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=MONTHLY;BYDAY=9MO",
        "FREQ=YEARLY",
    ],
)
def test_a_rule_that_could_take_for_ever_is_refused(rule: str) -> None:
    told = refused(calendar(event("u1", "ana", f"RRULE:{rule}")))
    assert told[0].startswith("Line 4, event u1: ")


def test_too_many_events_are_refused() -> None:
    many = (event(str(number), "ana", "RRULE:FREQ=DAILY") for number in range(60))
    assert "More than 50 events repeat" in refused(calendar(*many))[0]


PARTS = st.sampled_from(
    ["DTSTART", "DTEND", "DURATION", "RRULE", "UID", "SUMMARY", "EXDATE", "RDATE", "RECURRENCE-ID"]
)
VALUES = st.one_of(
    st.sampled_from(
        ["20260303T090000Z", "20260303", "PT1H", "-PT1H", "FREQ=DAILY", "1", "ana", ""]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20),
)
BROKEN = st.lists(st.tuples(PARTS, VALUES).map(lambda part: f"{part[0]}:{part[1]}"), max_size=6)


@settings(max_examples=200)
@given(st.lists(BROKEN.map("\r\n".join), min_size=1, max_size=3))
def test_no_text_breaks_the_reader(events: list[str]) -> None:
    try:
        found = read(calendar(*events))
    except RotaWrong as wrong:
        assert wrong.faults  # noqa: PT017 - either is right; nothing else may be raised
    else:
        assert all(each.begins < each.ends for each, _ in found)


def test_what_is_written_is_read_again_as_the_same_shifts() -> None:
    one = rota(weekly("ana", "bea"))
    shifts = one.shifts(NOW, NOW + timedelta(weeks=8))
    text = calendars.written(
        one, shifts, lambda person: {"ana": "Ana, the first"}.get(person, person)
    )
    assert read(text) == tuple((shift.window, shift.person) for shift in shifts)
    assert rota(Listed("again", read(text))).gaps(NOW, NOW + timedelta(weeks=8)) == ()


def test_a_written_calendar_has_steady_uids_names_and_no_address() -> None:
    one = rota(weekly("ana", "bea"), nights("cora"))
    shifts = one.shifts(NOW, NOW + timedelta(weeks=2))
    text = calendars.written(one, shifts, lambda _person: "Ana Albu")
    events = Calendar.from_ical(text).walk("VEVENT")
    uids = [str(each["UID"]) for each in events]
    assert len(set(uids)) == len(uids) == len(shifts)
    assert text == calendars.written(one, shifts, lambda _person: "Ana Albu")
    assert {str(each["SUMMARY"]) for each in events} == {"Ana Albu (days)", "Ana Albu (nights)"}
    assert "mailto" not in text.lower()


def responder(id: str, name: str, *mails: str) -> Responder:
    methods = tuple(Method(mail, Channel.EMAIL, mail) for mail in mails)
    return Responder(id=id, display_name=name, role="practitioner", areas=("*",), methods=methods)


def test_people_are_called_by_id_address_and_a_name_that_is_one_persons() -> None:
    people = [
        responder("a1", "Ana", "ana@example.org"),
        responder("b1", "Bea"),
        responder("b2", "bea"),
    ]
    told: dict[str, Any] = {"Bea ": "b2"}
    assert calendars.names_of(people, ["old"], {}) == {
        "old": "old",
        "a1": "a1",
        "ana@example.org": "a1",
        "ana": "a1",
        "b1": "b1",
        "b2": "b2",
    }
    assert calendars.names_of(people, (), told)["bea"] == "b2"


def test_a_moment_is_never_left_without_a_zone() -> None:
    found = read(calendar(event("1", "ana")))
    assert isinstance(found[0][0].begins, datetime)
    assert found[0][0].begins.tzinfo is not None
