"""Calendars on the page of a rota: they go out, come in, and are refused in her language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from services.chassis.clock import now
from tests.integration.portal.door import Portal
from tests.integration.portal.messages import House, house
from tests.integration.portal.rotas_shown import made, said, version, words

Speaking = Callable[[str], httpx.Client]


@pytest.fixture(scope="module")
def calls(portal: Portal, stack: Any, broker: Any) -> Iterator[House]:
    """The portal and notifications."""
    with house(portal, stack, broker) as opened:
        yield opened


@pytest.fixture
def mo_speaks(calls: House) -> Iterator[Speaking]:
    """Signs Mo in with a language of her choice, and gives her English back at the end."""
    mo = calls.portal.signed_in("mo")

    def speaks(language: str) -> httpx.Client:
        assert mo.post("/language", data={"language": language}).status_code == 303
        return mo

    yield speaks
    speaks("en")


def test_a_calendar_goes_out_and_comes_in(calls: House) -> None:
    mo = calls.portal.signed_in("mo")
    path = made(mo, "responders")
    answer = mo.get(f"{path}/calendar.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.startswith("BEGIN:VCALENDAR")
    begins = now() + timedelta(days=2)
    taken = mo.post(
        f"{path}/calendar",
        data={"csrf": _csrf(mo), "as": "overrides", "version": str(version(mo, path))},
        files={"calendar": ("rota.ics", _calendar("ana", begins), "text/calendar")},
    )
    assert taken.status_code == 303, taken.text
    assert "Ana stands in for everybody" in words(mo, path)


@pytest.mark.parametrize("content", [b"", b"no calendar", b"\xff\xfe\x00"])
def test_a_calendar_that_cannot_be_read_changes_nothing(calls: House, content: bytes) -> None:
    mo = calls.portal.signed_in("mo")
    path = made(mo, "responders")
    before = version(mo, path)
    answer = mo.post(
        f"{path}/calendar",
        data={"csrf": _csrf(mo), "as": "overrides", "version": str(before)},
        files={"calendar": ("rota.ics", content, "text/calendar")},
    )
    assert (answer.status_code, 'id="calendar-fault"' in answer.text) == (422, True), said(answer)
    assert version(mo, path) == before


@pytest.mark.parametrize(
    ("language", "why"),
    [
        ("en", "Line 4, event one@tests: nobody is known"),
        ("ro", "Linia 4, evenimentul one@tests: participantul"),
        ("it", "Riga 4, evento one@tests: il partecipante"),
        ("hu", "4. sor, one@tests esemény: a résztvevője"),
    ],
)
def test_why_a_calendar_is_refused_is_told_in_her_language(
    mo_speaks: Speaking, language: str, why: str
) -> None:
    mo = mo_speaks(language)
    path = made(mo, "responders")
    for taken_as in ("overrides", "layer"):
        answer = mo.post(
            f"{path}/calendar",
            data={"csrf": _csrf(mo), "as": taken_as, "version": str(version(mo, path))},
            files={"calendar": ("rota.ics", _calendar("stranger", now()), "text/calendar")},
        )
        assert (answer.status_code, why in said(answer)) == (422, True), said(answer)


def _csrf(web: httpx.Client) -> str:
    return web.headers["X-CSRF-Token"]


def _calendar(who: str, begins: datetime) -> bytes:
    ends = begins + timedelta(hours=8)
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tests//EN",
        "BEGIN:VEVENT",
        "UID:one@tests",
        f"DTSTAMP:{begins:%Y%m%dT%H%M%SZ}",
        f"DTSTART:{begins:%Y%m%dT%H%M%SZ}",
        f"DTEND:{ends:%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{who}",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    )
    return "\r\n".join(lines).encode()
