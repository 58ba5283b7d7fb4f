"""Prometheus beside the system of one machine: it reads every process, and knows all rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local import ports, prometheus
from deploy.local.layout import Layout
from deploy.local.services import SERVICES
from tests.house.alarms import rules
from tests.support import not_run as absence
from tests.support import until

NOT_HERE = "Prometheus is not installed (Debian: apt install prometheus)"


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    free = dict(zip(("prometheus", *SERVICES), ports.free(len(SERVICES) + 1), strict=True))
    found = prometheus.here(free)
    if found is None:
        absence.not_run(NOT_HERE)
    child = found.start(Layout(tmp_path))
    until(found.answers, within=30)
    yield found.url
    child.kill()


def test_it_looks_at_every_service_and_goes_by_every_rule(url: str) -> None:
    until(lambda: looked_at(url) == set(SERVICES), within=30)
    groups = httpx.get(f"{url}/api/v1/rules").json()["data"]["groups"]
    assert {rule["name"] for group in groups for rule in group["rules"]} == {
        rule.name for rule in rules()
    }


def looked_at(url: str) -> set[str]:
    """Return the services that it looks at; it finds them some seconds after it is ready."""
    told = httpx.get(f"{url}/api/v1/targets").json()["data"]
    return {one["labels"]["service"] for one in told["activeTargets"]}


def test_it_is_on_this_machine_alone(url: str) -> None:
    flags = httpx.get(f"{url}/api/v1/status/flags").json()["data"]
    assert flags["web.listen-address"].startswith("127.0.0.1:")
