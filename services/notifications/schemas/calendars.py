"""Rotas as calendars (iCalendar, RFC 5545): shifts written for a reader's calendar, and read.

No calendar names a client, an alert or an e-mail address; staff stand in it by the name that
colleagues see, or by account id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event, vCalAddress

from services.notifications.domain.errors import Fault, RotaWrong
from services.notifications.domain.layers import Piece
from services.notifications.domain.responders import Channel, Responder
from services.notifications.domain.rota import Rota, Shift
from services.notifications.domain.rota_reasons import Reason, fault
from services.notifications.domain.wall import Window, moment
from services.notifications.schemas.repeats import MOST_REPEATING
from services.notifications.schemas.vevents import faults_of

MEDIA_TYPE = "text/calendar"
LONGEST = 200_000
MOST_SHIFTS = 2000
TOLD = 100
TAKEN_AHEAD = timedelta(weeks=52)
ACCOUNT = "urn:x-account:"
_DAY = timedelta(days=1)
_LINE = "X-LINE"
_MAIL = "mailto:"
Read = Any
"""An event as it was read: the library's types tell every kind of property in every place."""
Names = Mapping[str, str]
"""Account ids by what people are called, in small letters."""


@dataclass(frozen=True, slots=True)
class Found:
    """One event or one of its repeats: where it stands in the text, whose it is and when."""

    window: Window
    person: str
    line: int
    uid: str


def written(rota: Rota, shifts: Iterable[Shift], name_of: Callable[[str], str]) -> str:
    """Return shifts as a calendar, each with who has it as its attendee."""
    calendar = Calendar()
    calendar.add("prodid", "-//Turning the Page//Rota//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"On duty: {rota.area}, {rota.tier.value}")
    for shift in shifts:
        calendar.add_component(_event(rota, shift, name_of(shift.person)))
    return str(calendar.to_ical(), "utf-8")


def read(text: str, zone: ZoneInfo, names: Names, since: datetime) -> tuple[Piece, ...]:
    """Return the shifts of a calendar that are not over, for a year from now on, in order.

    Times without a zone are those of `zone`; whole days last from midnight to midnight there.
    Cancelled events are none.

    Raises:
        RotaWrong: with every event that cannot be taken, by its UID and line.

    """
    if len(text) > LONGEST:
        raise RotaWrong([_fault(Reason.CALENDAR_TOO_LONG, most=LONGEST)])
    faults: list[Fault] = []
    found = sorted(
        (
            each
            for group in _groups(text, faults)
            for each in _taken(group, zone, names, since, faults)
        ),
        key=lambda each: each.window,
    )
    faults += _overlaps(found)
    if not found and not faults:
        faults.append(_fault(Reason.NOTHING_TO_COME))
    if len(found) > MOST_SHIFTS:
        faults.append(_fault(Reason.TOO_MANY_SHIFTS, found=len(found), most=MOST_SHIFTS))
    if faults:
        raise RotaWrong(faults[:TOLD])
    return tuple((each.window, each.person) for each in found)


def names_of(people: Iterable[Responder], ids: Iterable[str], told: Mapping[str, str]) -> Names:
    """Return what each person may be called: account id, e-mail address, her name if it is one's.

    `told` is what whoever sends a calendar says, and goes before all else.
    """
    everybody = list(people)
    called = Counter(each.display_name.casefold() for each in everybody)
    found = {name: name for name in ids}
    for each in everybody:
        mails = (one.address for one in each.methods if one.channel is Channel.EMAIL)
        own = (each.display_name,) if called[each.display_name.casefold()] == 1 else ()
        found |= {name.casefold(): each.id for name in (each.id, *mails, *own)}
    return found | {name.strip().casefold(): person for name, person in told.items()}


def _event(rota: Rota, shift: Shift, name: str) -> Event:
    event, begins = Event(), shift.window.begins
    layer = "cover" if shift.layer is None else str(shift.layer)
    event.add(
        "uid", f"{begins:%Y%m%dT%H%M%SZ}-{layer}-{shift.person}@{rota.area}.{rota.tier.value}"
    )
    event.add("dtstamp", rota.saves[-1].at)
    event.add("dtstart", begins)
    event.add("dtend", shift.window.ends)
    event.add("summary", f"{name} ({shift.team})" if shift.team else name)
    attendee = vCalAddress(f"{ACCOUNT}{shift.person}")
    attendee.params["CN"] = name
    event.add("attendee", attendee)
    return event


def _groups(text: str, faults: list[Fault]) -> Iterator[list[Read]]:
    """Yield the events of a calendar that can be read, those of one UID together."""
    try:
        events = list(Calendar.from_ical(text).walk("VEVENT"))
    except Exception:
        # Whatever a foreign text breaks, it is the text that is at fault.
        faults.append(_fault(Reason.NO_CALENDAR))
        return
    lines = [n for n, line in enumerate(text.split("\n"), 1) if _begins_event(line)]
    for number, event in enumerate(events):
        event[_LINE] = str(lines[number] if number < len(lines) else 1)
    if sum("RRULE" in event for event in events) > MOST_REPEATING:
        faults.append(_fault(Reason.TOO_MANY_REPEATS, most=MOST_REPEATING))
        return
    right = [event for event in events if not _told(event, faults)]
    for _, same in groupby(sorted(right, key=_uid), key=_uid):
        group = list(same)
        first, *others = [event for event in group if "RECURRENCE-ID" not in event] or group[:1]
        faults += (
            _of_event(other, Reason.EVENT_SAME_UID, other_line=_line(first)) for other in others
        )
        yield group


def _begins_event(line: str) -> bool:
    return line.strip().upper() == "BEGIN:VEVENT"


def _told(event: Read, faults: list[Fault]) -> bool:
    """Tell what is wrong with an event as it stands; return whether there is anything."""
    wrong = list(faults_of(event))
    faults += (_of_event(event, reason, **told) for reason, told in wrong)
    return bool(wrong)


def _taken(
    group: Sequence[Read], zone: ZoneInfo, names: Names, since: datetime, faults: list[Fault]
) -> Iterator[Found]:
    """Yield what the events of one UID and their repeats are, as far as they can be taken."""
    calendar = Calendar()
    for event in group:
        calendar.add_component(event)
    try:
        query = recurring_ical_events.of(calendar)
        occurrences = query.between(since - _DAY, since + TAKEN_AHEAD + _DAY)
    except Exception:
        # As above.
        faults.append(_of_event(group[0], Reason.EVENT_UNREADABLE_TIMES))
        return
    for each in occurrences:
        found = None if each.get("STATUS") == "CANCELLED" else _found(each, zone, names, faults)
        if found is not None and found.window.ends > since:
            yield found


def _found(event: Read, zone: ZoneInfo, names: Names, faults: list[Fault]) -> Found | None:
    person = _person(event, names)
    begins, ends = (_at(event[name].dt, zone) for name in ("DTSTART", "DTEND"))
    wrong = [] if person else [Reason.EVENT_NOBODY_KNOWN]
    if ends <= begins:
        wrong.append(Reason.EVENT_ENDS_FIRST)
    told = [_of_event(event, reason) for reason in wrong]
    faults += (each for each in told if each not in faults)
    return None if told else Found(Window(begins, ends), person, _line(event), _uid(event))


def _at(told: date, zone: ZoneInfo) -> datetime:
    if not isinstance(told, datetime):
        return moment(datetime.combine(told, time(0)), zone)
    return moment(told, zone) if told.tzinfo is None else told.astimezone(UTC)


def _person(event: Read, names: Names) -> str:
    """Return whose event it is; nothing where nobody or more than one person is named."""
    attendees = event.get("ATTENDEE", [])
    called = [str(each) for each in (attendees if isinstance(attendees, list) else [attendees])]
    tidy = (each.strip().casefold().removeprefix(_MAIL).removeprefix(ACCOUNT) for each in called)
    found = {names[each] for each in tidy if each in names}
    if not found:
        found = {names.get(str(event.get("SUMMARY", "")).strip().casefold(), "")}
    return found.pop() if len(found) == 1 else ""


def _overlaps(found: Sequence[Found]) -> Iterator[Fault]:
    last = found[0] if found else None
    for each in found[1:]:
        if last and each.window.begins < last.window.ends:
            yield _fault(
                Reason.EVENT_OVERLAPS,
                line=each.line,
                event=each.uid,
                other=last.uid,
                other_line=last.line,
            )
        last = each if last is None or each.window.ends > last.window.ends else last


def _fault(reason: Reason, **told: str | int) -> Fault:
    return fault(("calendar",), reason, **told)


def _of_event(event: Read, reason: Reason, **told: str | int) -> Fault:
    return _fault(reason, line=_line(event), event=_uid(event), **told)


def _line(event: Read) -> int:
    return int(event[_LINE])


def _uid(event: Read) -> str:
    return str(event.get("UID", "without UID"))[:100]
