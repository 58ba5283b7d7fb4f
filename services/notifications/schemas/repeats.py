"""Which repeats of a calendar are taken: those that people use, and that are soon reckoned out.

A rule of seconds, or one that never comes true, would keep a process busy for as long as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

MOST_REPEATING = 50
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY"})
_DAY = re.compile(r"[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)\Z")


def is_plain(rule: Any) -> bool:
    """Tell whether a rule (RRULE) repeats by days, weeks or months and has nothing unusual."""
    if not isinstance(rule, Mapping) or not _PARTS.issuperset(map(str.upper, rule)):
        return False
    frequencies, days = _told(rule, "FREQ"), _told(rule, "BYDAY")
    intervals = _told(rule, "INTERVAL")
    return (
        len(frequencies) == 1
        and _FREQUENCIES.issuperset(map(str, frequencies))
        and all(_DAY.match(str(day)) for day in days)
        and all(int(interval) > 0 for interval in intervals)
    )


def _told(rule: Mapping[str, Any], part: str) -> Sequence[Any]:
    told = rule.get(part, ())
    return told if isinstance(told, list | tuple) else (told,)
