"""Why a rota or a calendar is refused: a closed set of codes, each with a sentence and its gaps.

Doors give out both. The sentence is for a person who reads English; whoever shows the reason in
another language goes by the code and fills the same gaps.
"""

from __future__ import annotations

from enum import StrEnum

from services.notifications.domain.errors import Fault


class Reason(StrEnum):
    """Every reason that the pages of a rota tell in full."""

    CALENDAR_TOO_LONG = "calendar_too_long"
    ENDS_FIRST = "ends_first"
    GAP = "gap"
    NOBODY_OF_THIS_ID = "nobody_of_this_id"
    NO_CALENDAR = "no_calendar"
    NOTHING_TO_COME = "nothing_to_come"
    OTHER_YEARS = "other_years"
    TOO_MANY_OVERRIDES = "too_many_overrides"
    TOO_MANY_REPEATS = "too_many_repeats"
    TOO_MANY_SHIFTS = "too_many_shifts"
    EVENT_DOUBLED = "event_doubled"
    EVENT_ENDS_FIRST = "event_ends_first"
    EVENT_MIXED_TIMES = "event_mixed_times"
    EVENT_NOBODY_KNOWN = "event_nobody_known"
    EVENT_NO_BEGINNING = "event_no_beginning"
    EVENT_NO_DATE = "event_no_date"
    EVENT_NO_END = "event_no_end"
    EVENT_NO_UID = "event_no_uid"
    EVENT_ODD_REPEAT = "event_odd_repeat"
    EVENT_OTHER_YEARS = "event_other_years"
    EVENT_OVERLAPS = "event_overlaps"
    EVENT_SAME_UID = "event_same_uid"
    EVENT_UNREADABLE = "event_unreadable"
    EVENT_UNREADABLE_LINE = "event_unreadable_line"
    EVENT_UNREADABLE_TIMES = "event_unreadable_times"
    EVENT_ZONE_UNKNOWN = "event_zone_unknown"


WHOLE: dict[Reason, str] = {
    Reason.CALENDAR_TOO_LONG: "This calendar is longer than {most} characters: split it.",
    Reason.ENDS_FIRST: "This ends before it begins.",
    Reason.GAP: "Nobody but the fallback is on duty from {begins} until {ends}.",
    Reason.NOBODY_OF_THIS_ID: "Nobody active has the account id {person}.",
    Reason.NO_CALENDAR: "Line 1: this is no iCalendar text, or it is cut off.",
    Reason.NOTHING_TO_COME: "There is no event in this calendar that is still to come.",
    Reason.OTHER_YEARS: "Give times from {first} to {last}.",
    Reason.TOO_MANY_OVERRIDES: "A rota holds {most} overrides at the most: take some back.",
    Reason.TOO_MANY_REPEATS: "More than {most} events repeat: split the calendar.",
    Reason.TOO_MANY_SHIFTS: "These are {found} shifts; {most} are the most.",
}
OF_EVENT: dict[Reason, str] = {
    Reason.EVENT_DOUBLED: "{part} stands in it more than once",
    Reason.EVENT_ENDS_FIRST: "it ends before it begins",
    Reason.EVENT_MIXED_TIMES: (
        "it begins and ends in different ways: a date, a time, or a time with a zone"
    ),
    Reason.EVENT_NOBODY_KNOWN: "nobody is known by its attendee or its summary, or two are",
    Reason.EVENT_NO_BEGINNING: "it has no beginning (DTSTART)",
    Reason.EVENT_NO_DATE: "it begins or ends at no date",
    Reason.EVENT_NO_END: "it has no end (DTEND or DURATION)",
    Reason.EVENT_NO_UID: "it has no UID",
    Reason.EVENT_ODD_REPEAT: (
        "it repeats in a way that no rota does: by days, weeks or months only"
    ),
    Reason.EVENT_OTHER_YEARS: "its times are not from {first} to {last}",
    Reason.EVENT_OVERLAPS: "it begins before event {other} of line {other_line} ends",
    Reason.EVENT_SAME_UID: "line {other_line} has this UID too",
    Reason.EVENT_UNREADABLE: "{part} cannot be read",
    Reason.EVENT_UNREADABLE_LINE: "a line cannot be read",
    Reason.EVENT_UNREADABLE_TIMES: "its times or repeats cannot be read",
    Reason.EVENT_ZONE_UNKNOWN: "its time zone is not known",
}
_EVENT = "Line {line}, event {event}: {what}."


def fault(path: tuple[str | int, ...], reason: Reason, **told: str | int) -> Fault:
    """Return a fault for a reason; `told` fills the gaps, for an event with `line` and `event`."""
    if reason in WHOLE:
        return Fault(path, WHOLE[reason].format(**told), reason, told)
    detail = _EVENT.format(what=OF_EVENT[reason].format(**told), **told)
    return Fault(path, detail, reason, told)
