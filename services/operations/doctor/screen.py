"""What was found, for people: a heading for each area, one line for each thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from services.operations.doctor.findings import (
    NOTHING_REACHED,
    SOMETHING_WRONG,
    Finding,
    Mark,
    counted,
    exit_code,
    number_of,
)

FOLDED = (Mark.WELL, Mark.NOT_PERMITTED)
WIDTH = max(len(mark.value) for mark in Mark)


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """Yield a report, area by area in the order of the checks; what is wrong has its own line.

    What is well, and what one may not look at, is told in one line for each area.
    """
    areas = list(dict.fromkeys(each.area for each in findings))
    for area in areas:
        yield area
        own = sorted((f for f in findings if f.area == area), key=lambda f: _rank(f.mark))
        for mark, group in groupby(own, key=lambda f: f.mark):
            yield from _of_mark(mark, list(group))
    yield verdict(findings)


def verdict(findings: Sequence[Finding]) -> str:
    """Return the last line: what it comes to, and what could not be seen."""
    count = counted(findings)
    unseen = count[Mark.NOT_PERMITTED] + count[Mark.NOT_TOLD]
    but = f"; {number_of(unseen, 'thing')} could not be seen" if unseen else ""
    code = exit_code(findings)
    if code == NOTHING_REACHED:
        return f"nothing could be reached{but}"
    if code == SOMETHING_WRONG:
        amount = number_of(count[Mark.WRONG], "thing")
        return f"{amount} {'is' if count[Mark.WRONG] == 1 else 'are'} wrong{but}"
    return f"nothing seen is wrong{but}"


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return a report as JSON values."""
    return {
        "exit_code": exit_code(findings),
        "verdict": verdict(findings),
        "counts": counted(findings),
        "findings": [asdict(each) for each in findings],
    }


def _of_mark(mark: Mark, findings: Sequence[Finding]) -> Iterator[str]:
    told = [f"{each.says} → {each.do}" if each.do else each.says for each in findings]
    for line in ["; ".join(told)] if mark in FOLDED else told:
        yield f"  {mark.value:<{WIDTH}}  {line}"


def _rank(mark: Mark) -> int:
    return list(Mark).index(mark)
