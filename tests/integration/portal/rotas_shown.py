"""What managers type into the pages of a rota, and what those pages say."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from services.chassis.clock import now

HERE = "/team/rota"
ROTA = f"{HERE}/cluj/responders"
ZONE = ZoneInfo("Europe/Bucharest")
FIRST = "layers.0"


def local(**ahead: float) -> str:
    """Return a moment from now as a browser writes it, in the time zone of the rota."""
    at = (now() + timedelta(**ahead)).astimezone(ZONE)
    return at.replace(second=0, microsecond=0, tzinfo=None).isoformat(timespec="minutes")


def plan(version: int = 0, **changes: str) -> dict[str, Any]:
    """Return the form of a plan: Ana and Mo take turns, a day each."""
    known = {
        "version": str(version),
        "fallback": "mo",
        f"{FIRST}.team": "Cluj",
        f"{FIRST}.people.0": "ana",
        f"{FIRST}.people.1": "",
        f"{FIRST}.people.2": "mo",
        f"{FIRST}.turn.length": "1",
        f"{FIRST}.turn.unit": "days",
        f"{FIRST}.begins": local(days=-1),
    }
    return known | changes


def words(web: httpx.Client, path: str) -> str:
    answer = web.get(path)
    assert answer.status_code == 200, answer.text
    return said(answer)


def said(answer: httpx.Response) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def version(web: httpx.Client, path: str) -> int:
    found = re.search(r'name="version" value="(\d+)"', web.get(path).text)
    assert found is not None
    return int(found[1])


def made(web: httpx.Client, tier: str) -> str:
    """Return the page of a rota that is there, whatever else was tried on it."""
    path = f"{HERE}/cluj/{tier}"
    answer = web.post(f"{path}/plan", data=plan(version(web, path)))
    assert answer.status_code == 303, answer.text
    return path
