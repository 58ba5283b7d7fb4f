"""Checks and what they find; a check that cannot be made is told as that, and stops no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from services.operations.refusals import CannotReach, NotNamed

ALL_WELL, SOMETHING_WRONG, NOTHING_REACHED = 0, 1, 2


class NotPermitted(Exception):
    """The bus or a database does not allow this user to look; the message says at what."""


class Mark(StrEnum):
    """What a check came to; only `WELL` says that something was seen and is in order."""

    WELL = "well"
    WRONG = "wrong"
    NOT_PERMITTED = "not permitted"
    NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing, and what to do next where something is wrong.

    `is_reached` tells whether whoever was asked answered at all, be it with a refusal.
    """

    area: str
    mark: Mark
    says: str
    do: str = ""
    is_reached: bool = True


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at; `look` yields what it finds, and may raise at any point."""

    area: str
    about: str
    look: Callable[[], Iterable[Finding]]


def well(area: str, says: str) -> Finding:
    """Return that something was seen and is in order."""
    return Finding(area, Mark.WELL, says)


def wrong(area: str, says: str, do: str) -> Finding:
    """Return that something is wrong, and what to do next."""
    return Finding(area, Mark.WRONG, says, do)


def not_told(area: str, says: str, do: str = "") -> Finding:
    """Return that nothing says where to look."""
    return Finding(area, Mark.NOT_TOLD, says, do, is_reached=False)


def found(check: Check) -> Iterator[Finding]:
    """Make one check, whatever happens to it."""
    try:
        yield from check.look()
    except NotPermitted as refused:
        yield Finding(check.area, Mark.NOT_PERMITTED, f"{check.about}: {refused}")
    except NotNamed as error:
        yield not_told(check.area, error.message)
    except CannotReach as error:
        yield Finding(check.area, Mark.WRONG, error.message, is_reached=False)
    except Exception as error:
        says = f"{check.about}: could not be looked at ({type(error).__name__})"
        yield wrong(check.area, says, "try again; report it if it stays")


def examine(checks: Sequence[Check]) -> list[Finding]:
    """Make all checks side by side, so that several that wait for an answer wait at once."""
    with ThreadPoolExecutor(max_workers=max(len(checks), 1)) as places:
        return [each for told in places.map(lambda one: list(found(one)), checks) for each in told]


def exit_code(findings: Iterable[Finding]) -> int:
    """Return 0 where nothing seen is wrong, 1 where something is, 2 where nobody answered."""
    told = list(findings)
    if not any(each.is_reached for each in told if each.area != "settings"):
        return NOTHING_REACHED
    return SOMETHING_WRONG if any(each.mark is Mark.WRONG for each in told) else ALL_WELL


def counted(findings: Iterable[Finding]) -> dict[str, int]:
    """Return how many findings there are of each mark."""
    found_marks = Counter(each.mark for each in findings)
    return {mark.value: found_marks[mark] for mark in Mark}


def number_of(count: int, one: str, many: str = "") -> str:
    """Return `1 queue`, `2 queues`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def lasting(seconds: float) -> str:
    """Return a time in its largest whole unit: `12 s`, `5 min`, `3 h`, `2 days`."""
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= (2 * length if unit == "days" else length):
            return f"{seconds // length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
