"""What goes out wears the headers, and what goes wrong tells nothing but a trace."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo.errors import AutoReconnect
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from services.chassis.metrics import Metrics
from services.chassis.web.problems import Problem
from services.portal.edge import Edge
from services.portal.faults import plain_page
from services.portal.health import is_nearby
from services.portal.security import address_of
from tests.unit.portal.wired import wired


async def broken(_request: Request) -> Response:
    raise ValueError("secret detail")


async def without_database(_request: Request) -> Response:
    raise AutoReconnect("db-7.internal:27017 is gone")


async def who(request: Request) -> Response:
    return PlainTextResponse(f"{request.state.traceparent} {address_of(request)}")


def edged(metrics: Metrics) -> Starlette:
    app = Starlette(
        routes=[
            Route("/api/broken", broken),
            Route("/broken", broken),
            Route("/api/without-database/{reference}", without_database),
            Route("/who", who),
        ],
        middleware=[Middleware(Edge, metrics=metrics, is_https=False)],
    )
    app.state.fault_page = plain_page
    return app


def get(app: ASGIApp, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://portal.test") as web:
            return await web.request(method, path, headers=headers)

    return asyncio.run(ask())


def labelled(metrics: Metrics, name: str) -> set[Any]:
    return {
        sample.labels[name]
        for metric in metrics.registry.collect()
        if metric.name == "casework_http_request_seconds"
        for sample in metric.samples
    }


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("portal")


@pytest.mark.parametrize("path", ["/api/broken", "/broken"])
def test_an_unexpected_error_tells_only_its_trace(metrics: Metrics, path: str) -> None:
    answer = get(edged(metrics), path)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ValueError" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_silent_database_is_told_as_a_problem_for_later(metrics: Metrics) -> None:
    answer = get(edged(metrics), "/api/without-database/R-7F3K-9QX2")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "db-7" not in answer.text


def test_the_trace_of_the_caller_goes_on_and_a_bad_one_is_replaced(metrics: Metrics) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    given = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    assert get(edged(metrics), "/who", **given).text.split("-")[1] == trace
    assert len(get(edged(metrics), "/who", traceparent="<script>").text.split("-")[1]) == 32


def test_what_is_measured_names_the_route_and_no_reference(metrics: Metrics) -> None:
    app = edged(metrics)
    for path in ("/api/without-database/R-7F3K-9QX2", "/nothing/R-7F3K-9QX2"):
        get(app, path)
    assert labelled(metrics, "route") == {"/api/without-database/{reference}", "unmatched"}


def test_a_method_that_somebody_made_up_becomes_no_label(metrics: Metrics) -> None:
    app = edged(metrics)
    for method in ("GET", "BREW", "A" * 1000):
        get(app, "/who", method)
    assert labelled(metrics, "method") == {"GET", "other"}


def test_where_the_page_for_an_error_cannot_be_made_plain_text_is_sent(metrics: Metrics) -> None:
    def broken_page(_request: Request, _problem: Problem) -> Response:
        raise KeyError("secret detail")

    app = edged(metrics)
    app.state.fault_page = broken_page
    answer = get(app, "/broken")
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert answer.headers["content-type"].startswith("text/plain")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_no_address_is_made_from_what_a_caller_says_our_name_is(tmp_path: Path) -> None:
    answer = get(wired(tmp_path), "/health/live/", Host="evil.example")
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


def test_browsers_that_came_by_https_are_kept_on_it(tmp_path: Path) -> None:
    secure = get(wired(tmp_path, origin="https://portal.test"), "/health/live")
    assert "max-age=31536000" in secure.headers["strict-transport-security"]
    plain = get(wired(tmp_path), "/health/live")
    assert "strict-transport-security" not in plain.headers


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_measurements_are_not_for_whom_a_proxy_sends(tmp_path: Path, header: str) -> None:
    assert get(wired(tmp_path), "/metrics").status_code == 200
    assert get(wired(tmp_path), "/metrics", **{header: "10.2.3.4"}).status_code == 404


@pytest.mark.parametrize("address", ["127.0.0.1", "10.2.3.4", "::1", "fd00::1"])
def test_measurements_are_for_our_own_network(address: str) -> None:
    assert is_nearby(address)


@pytest.mark.parametrize(
    "address", ["81.2.69.142", "2a02:6b8::1", "::ffff:81.2.69.142", "", "unix"]
)
def test_measurements_are_not_for_the_world(address: str) -> None:
    assert not is_nearby(address)
