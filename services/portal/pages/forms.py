"""Forms as data: what may be typed, what was typed, and what was wrong with it.

The name of a field is its place in the JSON document that the form becomes, with dots:
`client.given_name`, `children.1.born_on`. The pointer of a fault (`#/children/1/born_on`) thus
names the field it belongs to, and the page can show every fault where it lies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import ImmutableMultiDict

Typed = ImmutableMultiDict[str, Any]

_INDEX = re.compile(r"\.(\d+)(?=\.|$)")
_PARTS = ("year", "month", "day")
_MOST = 30
_DIGITS = 9
_EMPTY: tuple[Any, ...] = (None, "", [])


class Kind(StrEnum):
    """How a field is asked for, and so how it is read."""

    TEXT = "text"
    EMAIL = "email"
    LONG = "long"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    LIST = "list"
    YES_NO = "yes_no"
    MANY = "many"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form: its label and hint (to be translated) and how it is answered.

    `options` are codes, `words` the kind of label that puts them into words. `needed` marks what
    cannot be left out; the service that takes the form is the judge of it. `remedy` says what to do
    when the answer is not right, where that is special to this field.
    """

    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    options: tuple[str, ...] = ()
    words: str = ""
    needed: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one field, by code."""

    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Form:
    """A form as it stands: its fields by pattern, what was typed, and the faults found.

    `zone` is the time zone (IANA) in which moments are typed.
    """

    fields: Mapping[str, Field]
    typed: Typed = field(default_factory=ImmutableMultiDict)
    faults: tuple[Fault, ...] = ()
    zone: str = "UTC"

    def field(self, name: str) -> Field:
        """Return the field with this name, whatever its number in a group."""
        return self.fields[pattern(name)]

    def get(self, name: str) -> str:
        """Return what was typed there, or an empty text."""
        return str(self.typed.get(name, ""))

    def has(self, name: str, value: str) -> bool:
        """Was this option chosen?"""
        return value in self.typed.getlist(name)

    def with_faults(self, problem: Mapping[str, Any]) -> Form:
        """Return the form with the faults that a problem document (RFC 9457) points at.

        They come in the order of the fields on the page.
        """
        return self.with_more(map(_fault, problem.get("errors", ())))

    def with_more(self, faults: Iterable[Fault]) -> Form:
        """Return the form with further faults, in the order of the fields on the page."""
        order = {name: place for place, name in enumerate(self.fields)}
        found = sorted(
            (*self.faults, *faults),
            key=lambda fault: order.get(pattern(fault.name), len(order)),
        )
        return replace(self, faults=tuple(found))

    def with_unfilled(self) -> Form:
        """Return the form with a fault for each needed field that is empty and has none yet.

        A service that cannot read one field may not have come to look at the others.
        """
        told = {fault.name for fault in self.faults}
        names = [name for name in self._names() if self.field(name).needed and name not in told]
        empty = [name for name in names if self._read(self.field(name).kind, name) in _EMPTY]
        return self.with_more(Fault(name, "missing") for name in empty)

    def fault(self, name: str) -> Fault | None:
        """Return the first fault of this field."""
        return next((fault for fault in self.faults if fault.name == name), None)

    def members(self, group: str, least: int = 0) -> range:
        """Return the numbers of a repeated group, at least so many."""
        return range(max(least, _members(self.typed, group)))

    def with_room_in(self, group: str) -> Form:
        """Return the form with one more, empty, member of a group."""
        name = f"{group}.{_members(self.typed, group)}"
        return replace(self, typed=ImmutableMultiDict([*self.typed.multi_items(), (name, "")]))

    def touches(self, *parts: str) -> bool:
        """Was something typed, or is something wrong, in one of these parts of the form?"""
        typed = {name for name, value in self.typed.multi_items() if value}
        names = typed | {fault.name for fault in self.faults}
        return any(name.split(".")[0] in parts for name in names)

    def document(self) -> dict[str, Any]:
        """Return what was typed as a JSON document; what was left empty is left out."""
        found: dict[str, Any] = {}
        for name in self._names():
            value = self._read(self.field(name).kind, name)
            if value not in _EMPTY:
                _put(found, name, value)
        nested: dict[str, Any] = _as_lists(found)
        return nested

    def _read(self, kind: Kind, name: str) -> Any:
        """Return the JSON value of a field, None when it was left empty."""
        if kind is Kind.DATE:
            return _date(self.typed, name)
        if kind is Kind.MANY:
            return self.typed.getlist(name) or None
        text = self.get(name).strip()
        return _READ.get(kind, str)(text) if kind is not Kind.MOMENT else _moment(text, self.zone)

    def _names(self) -> Iterator[str]:
        for name in self.fields:
            group, star, rest = name.partition(".*.")
            yield from (
                [f"{group}.{number}.{rest}" for number in self.members(group)] if star else [name]
            )


def is_whole(text: str) -> bool:
    """Is this a number without sign or point, of a length that somebody may mean?"""
    return text.isdecimal() and len(text) <= _DIGITS


def pattern(name: str) -> str:
    """Return a name with `*` for each number: `children.*.born_on`."""
    return _INDEX.sub(".*", name)


def without_gaps(typed: Typed, groups: Iterable[str]) -> Typed:
    """Return what was typed with the empty members of each group left out and renumbered."""
    items = [(name, str(value)) for name, value in typed.multi_items()]
    for group in groups:
        items = _closed_up(items, group)
    return ImmutableMultiDict(items)


def _closed_up(items: list[tuple[str, str]], group: str) -> list[tuple[str, str]]:
    member = re.compile(rf"^{re.escape(group)}\.(\d{{1,6}})(\..+|$)")
    kept = sorted(
        {int(m[1]) for name, value in items if value.strip() and (m := member.match(name))}
    )
    numbers = {old: new for new, old in enumerate(kept)}
    closed = []
    for name, value in items:
        match = member.match(name)
        if match is None:
            closed.append((name, value))
        elif int(match[1]) in numbers:
            closed.append((f"{group}.{numbers[int(match[1])]}{match[2]}", value))
    return closed


def _members(typed: Typed, group: str) -> int:
    start = f"{group}."
    numbers = [name[len(start) :].partition(".")[0] for name in typed if name.startswith(start)]
    count = max((int(number) + 1 for number in numbers if is_whole(number)), default=0)
    return min(count, _MOST)


def _fault(error: Mapping[str, Any]) -> Fault:
    return Fault(_name(error["pointer"]), error.get("code", "invalid"))


def _name(pointer: str) -> str:
    parts = pointer.removeprefix("#").strip("/").split("/")
    return ".".join(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


_READ: Mapping[Kind, Callable[[str], Any]] = {
    Kind.FLAG: lambda text: bool(text) or None,
    Kind.LIST: _listed,
    Kind.NUMBER: lambda text: int(text) if is_whole(text) else text,
    Kind.YES_NO: {"yes": True, "no": False}.get,
}


def _moment(text: str, zone: str) -> str:
    """Return a moment typed as local time in ISO form with its offset; nonsense as it is."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        return text


def _date(typed: Typed, name: str) -> str | None:
    """Return the typed parts as an ISO date, however wrong: the service says what is wrong."""
    parts = [str(typed.get(f"{name}.{part}", "")).strip() for part in _PARTS]
    if not any(parts):
        return None
    year, month, day = parts
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}"


def _put(document: dict[str, Any], name: str, value: Any) -> None:
    *path, last = name.split(".")
    for part in path:
        document = document.setdefault(part, {})
    document[last] = value


def _as_lists(value: Any) -> Any:
    """Return the document with each object whose keys are numbers as a list."""
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_as_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _as_lists(child) for key, child in value.items()}
