"""Whatever a browser says about languages, it gets a page in one of ours."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from services.portal.pages.languages import language_of


def asked(header: str) -> Request:
    return Request({"type": "http", "headers": [(b"accept-language", header.encode())]})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("hu", "hu"),
        ("EN", "en"),
        ("IT-it,ro;q=0.4", "it"),
        ("de;q=0.9,ro;q=0.4", "ro"),
        ("ro;q=nan", "ro"),
        ("it;q=x,hu;q=0.2", "hu"),
        ("*", "en"),
        ("q" * 5_000, "en"),
    ],
)
def test_a_browser_gets_the_language_it_wants_most(header: str, language: str) -> None:
    assert language_of(asked(header)) == language
