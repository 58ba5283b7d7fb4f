"""Pages behind links: proved by the browser alone, limited by address, told to nobody else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from services.portal.links import COOKIE, is_by_link, is_proved, number_of, proof
from services.portal.pages.links import standing_of
from tests.unit.portal.wired import wired

TOKEN, OTHER = "A" * 40, "B" * 40
NUMBER = "n" * 32
OPEN = {"is_test": False, "state": "raised", "is_hers": False, "is_over": False}


def asked(cookie: str) -> Request:
    header = f"{COOKIE}={cookie}".encode()
    return Request({"type": "http", "headers": [(b"cookie", header)]})


def test_a_form_of_this_link_in_this_browser_is_proved() -> None:
    assert is_proved(asked(NUMBER), TOKEN, proof(NUMBER, TOKEN))


@pytest.mark.parametrize(
    ("cookie", "shown"),
    [
        ("", ""),
        ("", proof("", TOKEN)),
        (NUMBER, ""),
        (NUMBER, "é"),
        (NUMBER, proof(NUMBER, OTHER)),
        ("m" * 32, proof(NUMBER, TOKEN)),
        ("short", proof("short", TOKEN)),
    ],
)
def test_any_other_form_is_not(cookie: str, shown: str) -> None:
    assert not is_proved(asked(cookie), TOKEN, shown)


def test_a_browser_keeps_its_number_while_other_links_are_open() -> None:
    assert number_of(asked(NUMBER)) == NUMBER
    fresh = {number_of(asked("")), number_of(asked("x y")), number_of(asked("n" * 33))}
    assert len(fresh) == 3
    assert NUMBER not in fresh


@pytest.mark.parametrize(
    ("differs", "standing"),
    [
        ({}, "open"),
        ({"state": "delivered"}, "open"),
        ({"is_over": True}, "over"),
        ({"is_hers": True, "state": "acknowledged"}, "hers"),
        ({"is_hers": True, "state": "actioned", "is_over": True}, "hers"),
        ({"state": "acknowledged"}, "colleague"),
        ({"state": "actioned", "is_over": True}, "colleague"),
        ({"state": "resolved", "is_hers": True, "is_over": True}, "ended"),
        ({"is_test": True, "state": None}, "test"),
    ],
)
def test_a_link_says_how_things_stand(differs: dict[str, Any], standing: str) -> None:
    assert standing_of(OPEN | differs) == standing


def test_whoever_opens_links_without_end_is_asked_to_come_again(tmp_path: Path) -> None:
    app = wired(tmp_path, rate_per_s=0.1)

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as web:
            first = answer = await web.get(f"/a/{TOKEN}")
            for _ in range(500):
                if answer.status_code == 429:
                    break
                answer = await web.get(f"/a/{TOKEN}")
            return [first, answer]

    answers = asyncio.run(ask())
    assert [answer.status_code for answer in answers] == [503, 429]
    for answer in answers:
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert answer.headers["cache-control"] == "no-store"
        assert 'action="/language"' not in answer.text


def test_only_links_are_by_link() -> None:
    assert is_by_link("/a/x")
    assert not any(is_by_link(path) for path in ("/", "/account", "/alerts/A", "/api/v1/a/x"))
