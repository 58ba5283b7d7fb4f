"""A broken promise, and the three ways in which one is broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.chaos.books import Books
from tests.chaos.ledger import Entry


class Wrong(StrEnum):
    """How a promise was broken."""

    LOST = "lost"
    DUPLICATED = "duplicated"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One broken promise: what it is, and by references whom or what it is about."""

    wrong: Wrong
    what: str
    about: str


Promise = Callable[[Sequence[Entry], Books], Iterator[Violation]]


def of(ledger: Sequence[Entry], *kinds: str) -> list[Entry]:
    """Return the entries of some kinds."""
    return [entry for entry in ledger if entry["kind"] in kinds]


def once(what: str, about: str, times: int) -> Iterator[Violation]:
    """Yield what is wrong with something that must be there exactly once."""
    if times == 0:
        yield Violation(Wrong.LOST, f"no {what}", about)
    elif times > 1:
        yield Violation(Wrong.DUPLICATED, f"{what}, {times} times", about)


def repeated(what: str, about: str, marks: Iterable[object]) -> Iterator[Violation]:
    """Yield a duplication for each mark that is there more than once."""
    for mark, times in Counter(marks).items():
        if times > 1:
            yield Violation(Wrong.DUPLICATED, f"{what}, {times} times", f"{about} {mark}")


def is_unanswered(ledger: Sequence[Entry], path: str) -> bool:
    """Did somebody who asked for this get no answer, so that there may be more than was told?"""
    return any(path in entry["asked"] for entry in of(ledger, "unanswered"))
