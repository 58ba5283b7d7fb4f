"""The words of risk that cross the bus: instruments, item keys, answers, bands and grounds.

Item keys and topics follow the SafeLives DASH risk identification checklist (24 items) and the
ACPO/DASH 2009 form (27 items, with a block on children after item 9). The official wording is its
authors' copyright and is not part of this software.
"""

from __future__ import annotations

DASH_24: tuple[str, ...] = (
    "injury",
    "frightened",
    "fear_of",
    "isolation",
    "mental_state",
    "separation",
    "child_contact",
    "stalking",
    "pregnancy",
    "frequency",
    "severity",
    "control",
    "weapons",
    "threat_kill",
    "strangulation",
    "sexual",
    "other_threat",
    "hurt_others",
    "animals",
    "financial",
    "perp_vulnerabilities",
    "perp_suicide",
    "breach",
    "criminal",
)

CHILDREN_BLOCK: tuple[str, ...] = ("stepchildren", "hurt_children", "threatened_children")

DASH_27: tuple[str, ...] = (*DASH_24[:9], *CHILDREN_BLOCK, *DASH_24[9:])

ITEMS: dict[str, tuple[str, ...]] = {
    "DASH-24": DASH_24,
    "DASH-27": DASH_27,
    "YP": DASH_24,
    "S-DASH": DASH_24,
    "DARA": (),
}

INSTRUMENTS: tuple[str, ...] = tuple(ITEMS)
ANSWERS: tuple[str, ...] = ("yes", "no", "dont_know", "not_stated")
BANDS: tuple[str, ...] = ("standard", "medium", "high")
GROUNDS: tuple[str, ...] = (
    "visible_high_risk",
    "professional_judgement",
    "potential_escalation",
    "repeat",
)
CUES: tuple[str, ...] = (
    "strangulation",
    "stalking",
    "threat_kill",
    "own_perception",
    "escalation",
    "honour_based",
    "separation_control_violence",
)
