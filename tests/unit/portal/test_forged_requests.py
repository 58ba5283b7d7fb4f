"""What a page sends must come from our page, in the session of the one who sends it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.web.problems import Refused
from services.portal.faults import plain_page
from services.portal.security import FORM_LIMIT, NOBODYS_LIMIT, FormGuard, read_body
from tests.unit.portal.people import ANA

ORIGIN = "http://portal.test"
SEND = {"csrf": ANA.csrf, "note": "kept as it was sent"}


class AsAna:
    """Lets every request be Ana's, unless it says that it is nobody's."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope.setdefault("state", {})
        is_nobody = (b"x-nobody", b"1") in scope.get("headers", [])
        state["person"] = None if is_nobody else ANA
        await self.app(scope, receive, send)


async def echo(request: Request) -> Response:
    form = await request.form()
    return PlainTextResponse(str(form.get("note")))


async def send(method: str = "POST", path: str = "/form", **options: Any) -> httpx.Response:
    middleware = [Middleware(AsAna), Middleware(FormGuard, origin=ORIGIN)]
    routes = [Route(path, echo, methods=["GET", "POST"]) for path in ("/form", "/a/{token}")]
    app = Starlette(routes=routes, middleware=middleware)
    app.state.fault_page = plain_page
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        return await client.request(method, path, **options)


def sent(**options: Any) -> httpx.Response:
    return asyncio.run(send(**options))


def test_a_form_with_the_token_of_the_session_passes_unchanged() -> None:
    answer = sent(data=SEND)
    assert (answer.status_code, answer.text) == (200, "kept as it was sent")


def test_a_form_with_a_file_passes_too() -> None:
    answer = sent(data=SEND, files={"upload": ("cases.csv", b"a,b")})
    assert (answer.status_code, answer.text) == (200, "kept as it was sent")


def test_a_request_with_the_token_in_a_header_passes() -> None:
    assert sent(headers={"X-CSRF-Token": ANA.csrf}, data={"note": "n"}).status_code == 200


@pytest.mark.parametrize("token", [None, "", "another", "token-of-ana "])
def test_a_form_without_the_token_is_refused(token: str | None) -> None:
    fields = {"note": "n"} | ({} if token is None else {"csrf": token})
    assert sent(data=fields).status_code == 403


def test_a_form_of_another_site_is_refused_even_with_the_token() -> None:
    assert sent(data=SEND, headers={"Origin": "https://evil.example"}).status_code == 403
    assert sent(data=SEND, headers={"Origin": "null"}).status_code == 403


@pytest.mark.parametrize("origin", ["http://[evil", "http://", "portal.test", "http://a]b"])
def test_an_origin_that_cannot_be_read_is_another_site(origin: str) -> None:
    assert sent(data=SEND, headers={"Origin": origin}).status_code == 403


def test_a_form_of_our_own_site_passes() -> None:
    assert sent(data=SEND, headers={"Origin": ORIGIN}).status_code == 200


def test_a_page_behind_a_link_hides_its_origin_and_proves_its_form_itself() -> None:
    hidden = {"Origin": "null"}
    assert sent(path="/a/token", data={"note": "n"}, headers=hidden).status_code == 200
    for path in ("/form", "/a", "/form/a/"):
        assert sent(path=path, data={"note": "n"}, headers=hidden).status_code == 403
    foreign = {"Origin": "https://evil.example"}
    assert sent(path="/a/token", data=SEND, headers=foreign).status_code == 403
    much = {"note": "x" * NOBODYS_LIMIT}
    assert sent(path="/a/token", data=much, headers=hidden).status_code == 413


def test_a_form_sent_while_signed_out_needs_no_token_but_our_origin() -> None:
    nobody = {"X-Nobody": "1"}
    assert sent(data={"note": "n"}, headers=nobody).status_code == 200
    foreign = nobody | {"Origin": "https://evil.example"}
    assert sent(data={"note": "n"}, headers=foreign).status_code == 403


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_form_that_cannot_be_read_is_refused(kind: str) -> None:
    assert sent(content=b"--x\r\nnonsense", headers={"Content-Type": kind}).status_code in (
        400,
        403,
    )


def test_reading_needs_no_token() -> None:
    assert sent(method="GET").status_code == 200


def test_a_form_that_is_too_long_is_refused() -> None:
    assert sent(data=SEND | {"note": "x" * FORM_LIMIT}).status_code == 413


def test_a_form_that_does_not_say_how_long_it_is_is_refused_when_it_is_too_long() -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b"x" * (FORM_LIMIT // 16)

    async def streamed() -> httpx.Response:
        return await send(content=chunks(), headers={"X-CSRF-Token": ANA.csrf})

    assert asyncio.run(streamed()).status_code == 413


def test_nobody_makes_us_keep_much_before_we_know_who_it_is() -> None:
    answer = sent(data={"note": "x" * NOBODYS_LIMIT}, headers={"X-Nobody": "1"})
    assert answer.status_code == 413
    assert sent(data=SEND | {"note": "x" * NOBODYS_LIMIT}).status_code == 200


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    async def nothing() -> Any:
        await asyncio.Event().wait()

    request = Request({"type": "http", "method": "POST", "headers": []}, nothing)
    with pytest.raises(Refused) as refused:
        asyncio.run(read_body(request, 10, within_s=0.01))
    assert refused.value.problem.status == 408
