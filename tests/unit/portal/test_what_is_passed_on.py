"""What the portal passes on to a service leads where its route says, and nowhere else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.portal.accounts import Person
from tests.unit.portal.people import ANA
from tests.unit.portal.wired import wired

TOKEN = {"X-CSRF-Token": ANA.csrf}


class Upstream:
    """The services, who note what they are asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Say that the list is empty."""
        self.asked.append(request.url.raw_path.decode())
        return httpx.Response(200, json={"items": [], "next": None})


def send(folder: Path, upstream: Upstream, method: str, path: str, **more: Any) -> httpx.Response:
    """Send a request as Ana through the whole portal."""

    async def ana(_token: str, *, touch: bool = True) -> Person:
        assert touch
        return ANA

    async def ask() -> httpx.Response:
        app = wired(folder)
        app.state.accounts.person = ana
        app.state.services._client = httpx.AsyncClient(
            transport=httpx.MockTransport(upstream.answer)
        )
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        cookies = {"ttp_session": "any"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://portal.test", cookies=cookies
        ) as web:
            return await web.request(method, path, headers=TOKEN | more.pop("headers", {}), **more)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/alerts/A-7F3K-9QX2%3Fx=/resolution"),
        ("POST", "/alerts/A-7F3K-9QX2%252Fdeliveries%3F/resolution"),
        ("POST", "/cases/%2E%2E/allocation"),
        ("POST", "/referrals/%2E/decisions"),
        ("GET", "/alerts/changes%3Fsince=2020-01-01"),
        ("GET", "/referrals/R-7F3K-9QX2%23"),
        ("GET", "/referrals/R-7F3K-9QX2%5C..%5C"),
        ("GET", "/referrals/R%20-7F3K-9QX2"),
    ],
)
def test_what_is_no_reference_reaches_no_service(tmp_path: Path, method: str, path: str) -> None:
    upstream = Upstream()
    answer = send(tmp_path, upstream, method, path)
    assert (answer.status_code, upstream.asked) == (404, [])


@pytest.mark.parametrize("key", ["caf\xe9", "\u2713", "", "k" * 256])
def test_a_key_that_cannot_be_sent_on_is_refused(tmp_path: Path, key: str) -> None:
    upstream = Upstream()
    given = {"Idempotency-Key": key.encode()}
    answer = send(tmp_path, upstream, "POST", "/api/v1/referrals", json={}, headers=given)
    assert (answer.status_code, upstream.asked) == (400, [])


def test_a_question_that_is_too_long_is_refused(tmp_path: Path) -> None:
    upstream = Upstream()
    answer = send(tmp_path, upstream, "GET", f"/api/v1/alerts?case={'%22' * 3000}")
    assert (answer.status_code, upstream.asked) == (414, [])


def test_what_is_asked_rightly_is_asked_as_it_stands(tmp_path: Path) -> None:
    upstream = Upstream()
    send(tmp_path, upstream, "GET", "/api/v1/alerts?state=all&after=a%2Bb")
    assert upstream.asked == ["/alerts?state=all&after=a%2Bb"]
