"""The words and figures of the rule, as data: instruments and their items, bands, rule sets.

Item keys follow the SafeLives checklist (24 items) and the ACPO/DASH 2009 form (27 items, a block
on children after the ninth). The figures of the default rule set: 14 yes for visible high risk
(SafeLives), 10 for medium (Plymouth), three incidents and a repeat within twelve months (MARAC
criteria). Each is a recommendation that areas may set otherwise, so each is stamped by a version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

DASH_24 = (
    *("injury", "frightened", "fear_of", "isolation", "mental_state", "separation"),
    *("child_contact", "stalking", "pregnancy", "frequency", "severity", "control", "weapons"),
    *("threat_kill", "strangulation", "sexual", "other_threat", "hurt_others", "animals"),
    *("financial", "perp_vulnerabilities", "perp_suicide", "breach", "criminal"),
)
CHILDREN_BLOCK = ("stepchildren", "hurt_children", "threatened_children")
DASH_27 = (*DASH_24[:9], *CHILDREN_BLOCK, *DASH_24[9:])
ITEMS: Mapping[str, tuple[str, ...]] = {
    "DASH-24": DASH_24,
    "DASH-27": DASH_27,
    "YP": DASH_24,
    "S-DASH": DASH_24,
    "DARA": (),
}


class Band(StrEnum):
    """A level of risk, the lowest first; no level is a promise of safety."""

    STANDARD = "standard"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """Return the place from below, 0 for the lowest."""
        return tuple(Band).index(self)


class Answer(StrEnum):
    """What is known about an item; `not_stated` is our own word for never asked."""

    YES = "yes"
    NO = "no"
    DONT_KNOW = "dont_know"
    NOT_STATED = "not_stated"

    @property
    def is_unknown(self) -> bool:
        """Could this still turn out to be a yes?"""
        return self in (Answer.DONT_KNOW, Answer.NOT_STATED)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The figures of the rule, stamped by `version` on every assessment; an area may differ.

    `threshold` and `medium_from` are counts of yes on the instruments in `scored`;
    `escalation_incidents` and `repeat_within_days` belong to two of the grounds;
    `review_after_days` says when a level must be looked at again.
    """

    version: str = "dash24-2026.1"
    threshold: int = 14
    medium_from: int = 10
    scored: tuple[str, ...] = ("DASH-24",)
    ungraded_high_from: int = 14
    escalation_incidents: int = 3
    rising_items: tuple[str, ...] = ("frequency", "severity")
    repeat_within_days: int = 365
    incidents_within_days: int = 365
    review_after_days: Mapping[Band, int] = field(
        default_factory=lambda: {Band.STANDARD: 90, Band.MEDIUM: 28, Band.HIGH: 7}
    )

    def __post_init__(self) -> None:
        if not 1 <= self.medium_from <= self.threshold:
            raise ValueError("a ruleset needs 1 <= medium_from <= threshold")
        if set(self.scored) - set(ITEMS) or set(self.review_after_days) != set(Band):
            raise ValueError("a ruleset scores known instruments and reviews every band")


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rule set of each area; `default` where an area has none of its own."""

    default: Ruleset = field(default_factory=Ruleset)
    areas: Mapping[str, Ruleset] = field(default_factory=dict)

    def of(self, area: str) -> Ruleset:
        """Return the rule set in force in an area."""
        return self.areas.get(area, self.default)
