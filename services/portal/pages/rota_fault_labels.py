"""Why a rota or a calendar was refused, by the code of the fault (to be translated).

The gaps are filled with the parameters of the fault. What is wrong with one event is said after
the line at which it stands and its UID. Times in which nobody would be on duty have no sentence
here: the page lists them.
"""

from __future__ import annotations

from services.portal.pages.languages import noted as _n

EVENT = _n("Line %(line)s, event %(event)s: %(what)s.")
OTHERWISE = _n("A part of what was sent cannot be taken.")

WHOLE: dict[str, str] = {
    "calendar_too_long": _n("This calendar is longer than %(most)s characters: split it."),
    "ends_first": _n("A time ends before it begins."),
    "nobody_of_this_id": _n("Nobody active has the account %(person)s."),
    "no_calendar": _n("This is no iCalendar text, or it is cut off."),
    "nothing_to_come": _n("There is no event in this calendar that is still to come."),
    "other_years": _n("Times are from %(first)s to %(last)s."),
    "too_many_overrides": _n("A rota holds %(most)s stand-ins at the most: take some back."),
    "too_many_repeats": _n("More than %(most)s events repeat: split the calendar."),
    "too_many_shifts": _n("These are %(found)s shifts; %(most)s are the most."),
}
OF_EVENT: dict[str, str] = {
    "event_doubled": _n("%(part)s stands in it more than once"),
    "event_ends_first": _n("it ends before it begins"),
    "event_mixed_times": _n(
        "it begins and ends in different ways: a date, a time, or a time with a zone"
    ),
    "event_nobody_known": _n("nobody is known by its attendee or its summary, or two are"),
    "event_no_beginning": _n("it has no beginning (DTSTART)"),
    "event_no_date": _n("it begins or ends at no date"),
    "event_no_end": _n("it has no end (DTEND or DURATION)"),
    "event_no_uid": _n("it has no UID"),
    "event_odd_repeat": _n("it repeats otherwise than by days, weeks or months"),
    "event_other_years": _n("its times are not from %(first)s to %(last)s"),
    "event_overlaps": _n("it begins before event %(other)s of line %(other_line)s ends"),
    "event_same_uid": _n("line %(other_line)s has this UID too"),
    "event_unreadable": _n("%(part)s cannot be read"),
    "event_unreadable_line": _n("one of its lines cannot be read"),
    "event_unreadable_times": _n("its times or repeats cannot be read"),
    "event_zone_unknown": _n("its time zone is not known"),
}
