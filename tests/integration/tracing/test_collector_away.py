"""A collector that is away, or silent, holds up nobody: what it does not take is counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.integration.referrals.referral_doors import People, told
from tests.support import until
from tests.support.collector import TRACES
from tests.support.providers import Providers
from tests.support.stack import Stack
from tests.support.tokens import Tokens

NOWHERE = "http://127.0.0.1:1"
TAKEN_WITHIN_S = 5
ENDS_WITHIN_S = 10
REFERRALS = 20


@pytest.fixture
def silent() -> Iterator[str]:
    """A collector that takes a connection and never answers."""
    with Providers() as providers:
        providers.slow(TRACES)
        yield providers.url()
        providers.release()


@pytest.fixture(params=["away", "silent"])
def collector(request: pytest.FixtureRequest, silent: str) -> str:
    return NOWHERE if request.param == "away" else silent


def counted(url: str, outcome: str) -> float:
    page = httpx.get(f"{url}/metrics").text
    found = re.search(rf'^casework_spans_total{{outcome="{outcome}"}} (\S+)', page, re.MULTILINE)
    assert found is not None, page
    return float(found[1])


def test_a_process_works_and_ends_in_time_without_its_collector(
    stack: Stack, tokens: Tokens, collector: str
) -> None:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector, "OTEL_EXPORTER_OTLP_TIMEOUT": "2"}
    url = stack.start("referrals", **settings)
    agency = People(tokens, url).agency("riverside-police")
    for number in range(REFERRALS):
        since = monotonic()
        assert agency.refer(told(), f"{collector}-{number}").status_code == 201
        assert monotonic() - since < TAKEN_WITHIN_S
    until(lambda: counted(url, "not_taken") > 0, within=30)
    assert counted(url, "sent") == 0
    since = monotonic()
    assert stack.stop("referrals") == 0
    assert monotonic() - since < ENDS_WITHIN_S
    assert "spans_not_taken" in stack.log("referrals")


def test_the_portal_ends_in_time_without_its_collector(stack: Any, collector: str) -> None:
    url = stack.start("portal", OTEL_EXPORTER_OTLP_ENDPOINT=collector)
    assert httpx.get(f"{url}/sign-in").status_code == 200
    since = monotonic()
    assert stack.stop("portal") == 0
    assert monotonic() - since < ENDS_WITHIN_S
