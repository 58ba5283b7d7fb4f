"""The areas that the outreach works in: their names and the clocks on their walls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.portal.pages.languages import noted as _n


@dataclass(frozen=True, slots=True)
class Area:
    """An area by its code, with its name (to be translated) and IANA time zone."""

    code: str
    name: str
    zone: str


AREAS: dict[str, Area] = {
    area.code: area
    for area in (
        Area("london-rbkc", _n("London: Kensington and Chelsea"), "Europe/London"),
        Area("london-hf", _n("London: Hammersmith and Fulham"), "Europe/London"),
        Area("london-westminster", _n("London: Westminster"), "Europe/London"),
        Area("cluj", _n("Cluj"), "Europe/Bucharest"),
        Area("perugia", _n("Perugia"), "Europe/Rome"),
        Area("budapest-13", _n("Budapest: 13th district"), "Europe/Budapest"),
    )
}
ZONES = {
    "en": "Europe/London",
    "ro": "Europe/Bucharest",
    "it": "Europe/Rome",
    "hu": "Europe/Budapest",
}


def within(codes: Iterable[str]) -> list[str]:
    """Return the codes to choose from: all known areas for `*`, otherwise the given ones."""
    codes = list(codes)
    return list(AREAS) if "*" in codes else codes


def chosen(codes: Iterable[str], wanted: str | None) -> str:
    """Return the wanted area if it is among the codes, else the first; empty without any."""
    known = within(codes)
    return wanted if wanted in known else next(iter(known), "")


def zone_of(codes: Iterable[str], language: str) -> str:
    """Return the time zone of the first known area, or else of the language."""
    known = [AREAS[code].zone for code in codes if code in AREAS]
    return known[0] if known else ZONES[language]
