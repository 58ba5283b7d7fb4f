"""What the demonstration tells: the examples in order, with what should become of each.

The examples carry the dates of the day they were written. To be told again on another day, the
dates of incidents and meetings move along with it; birthdays stay, for by them a woman is known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
MOVING = ("latest_incident_on", "previous_marac_on", "held_at", "on")


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral of the story.

    `band` is the least level that its case must have afterwards, None where the referral is to be
    refused with at least `faults` faults. `is_left_open`: its alert waits for whoever looks on.
    """

    name: str
    agency: str
    shows: str
    body: Mapping[str, Any]
    band: str | None
    faults: int
    is_left_open: bool


@dataclass(frozen=True, slots=True)
class Session:
    """One session of the story, with the referral whose case it belongs to."""

    name: str
    referral: str
    shows: str
    body: Mapping[str, Any]
    band: str


@dataclass(frozen=True, slots=True)
class Story:
    """All that is told."""

    referrals: tuple[Referral, ...]
    sessions: tuple[Session, ...]


def read_story(today: date, folder: Path = EXAMPLES) -> Story:
    """Return the story as it is told today."""
    told = json.loads((folder / "demonstration.json").read_text(encoding="utf-8"))
    days = today - date.fromisoformat(told["written_on"])
    return Story(
        tuple(_referral(one, folder / "referrals", days) for one in told["referrals"]),
        tuple(_session(one, folder / "sessions", days) for one in told["sessions"]),
    )


def moved(value: Any, days: timedelta) -> Any:
    """Return a body with its dates of `MOVING` moved by some days, at any depth."""
    if isinstance(value, list):
        return [moved(each, days) for each in value]
    if isinstance(value, dict):
        return {
            name: _later(each, days) if name in MOVING else moved(each, days)
            for name, each in value.items()
        }
    return value


def _later(text: str, days: timedelta) -> str:
    """Return an ISO date, or moment, moved; whatever is no date stays as it is."""
    try:
        return (date.fromisoformat(text[:10]) + days).isoformat() + text[10:]
    except (ValueError, OverflowError):
        return text


def _referral(told: Mapping[str, Any], folder: Path, days: timedelta) -> Referral:
    return Referral(
        name=told["file"],
        agency=told["agency"],
        shows=told["shows"],
        body=_body(folder, told["file"], days),
        band=told.get("band"),
        faults=told.get("faults", 0),
        is_left_open=told.get("left_open", False),
    )


def _session(told: Mapping[str, Any], folder: Path, days: timedelta) -> Session:
    body = _body(folder, told["file"], days)
    return Session(told["file"], told["referral"], told["shows"], body, told["band"])


def _body(folder: Path, name: str, days: timedelta) -> dict[str, Any]:
    text = (folder / f"{name}.json").read_text(encoding="utf-8")
    body: dict[str, Any] = moved(json.loads(text), days)
    return body
