"""A session lives on by what its person does, and by nothing that a browser does by itself."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from services.portal.accounts import Person
from services.portal.identity import RENEWAL, STREAM
from tests.unit.portal.people import ANA
from tests.unit.portal.wired import wired


def touched(folder: Path, path: str) -> list[bool]:
    """Return whether asking for a page keeps the session alive."""
    found: list[bool] = []

    async def person(_token: str, *, touch: bool = True) -> Person:
        found.append(touch)
        return ANA

    async def ask() -> None:
        app = wired(folder)
        app.state.accounts.person = person
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        cookies = {"ttp_session": "any"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://portal.test", cookies=cookies
        ) as web:
            await web.post(path)

    asyncio.run(ask())
    return found


@pytest.mark.parametrize(
    ("path", "is_used"), [("/account/notifications", True), (STREAM, False), (RENEWAL, False)]
)
def test_what_a_browser_does_by_itself_keeps_no_session(
    tmp_path: Path, path: str, is_used: bool
) -> None:
    assert touched(tmp_path, path) == [is_used]
