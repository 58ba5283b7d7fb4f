"""Requests that never end and requests that come all at once hold up no alert."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit

import pytest

from services.chassis import clock
from tests.integration.notifications.alerts_in_use import ANA, Case, Notifications
from tests.support import published, until
from tests.support.stack import Stack

SLOW, ALERTS = 50, 100


@pytest.fixture(scope="module")
def notifications(stack: Stack, broker: Any, mongo: Any, tokens: Any) -> Iterator[Notifications]:
    """The service in one process, that hears and answers."""
    with published(broker, "notifications.events"):
        yield Notifications(broker, mongo, tokens, stack.start("notifications"))


@contextmanager
def half_sent(notifications: Notifications, path: str) -> Iterator[None]:
    """Send the head of a POST and half of its body, and leave it at that."""
    address = urlsplit(notifications.url)
    token = notifications.tokens.headers(role="practitioner", audience="notifications")
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {token['Authorization']}\r\n"
    with socket.create_connection((address.hostname, address.port)) as line:
        line.sendall(f"{head}Content-Length: 20\r\n\r\n".encode() + b'{"kind": "')
        yield


def taken_to_alert(notifications: Notifications, cases: list[Case]) -> list[float]:
    """Return for each case the seconds from the cause to the stored alert."""
    stored = notifications.mongo.database("notifications").notifications
    ids = [case.id for case in cases]

    def alerts() -> list[Any]:
        found = list(stored.find({"case_id": {"$in": ids}}))
        return found if len(found) == len(ids) else []

    found = until(alerts, within=20)
    return [(alert["raised_at"] - alert["source_at"]).total_seconds() for alert in found]


def p99(seconds: list[float]) -> float:
    return quantiles(seconds, n=100, method="inclusive")[-1]


def test_fifty_posts_that_never_end_hold_up_no_alert(notifications: Notifications) -> None:
    with ExitStack() as open_lines:
        for _ in range(SLOW):
            open_lines.enter_context(half_sent(notifications, "/alerts/A-7F3K-9QX2/actions"))
        cases = [Case() for _ in range(ALERTS)]
        for case in cases:
            notifications.assess(case, source_at=clock.now())
        assert p99(taken_to_alert(notifications, cases)) < 1


def test_fifty_people_at_the_doors_at_once_hold_up_no_alert(notifications: Notifications) -> None:
    before, cases = [Case() for _ in range(SLOW)], [Case() for _ in range(SLOW)]
    for case in before:
        notifications.assess(case)
    taken_to_alert(notifications, before)
    stored = notifications.mongo.database("notifications").notifications
    alerts = list(stored.find({"case_id": {"$in": [case.id for case in before]}}))

    def act(alert: dict[str, Any]) -> int:
        return notifications.act(alert, "actions", ANA, kind="contacted").status_code

    with ThreadPoolExecutor(SLOW) as people:
        acting = people.map(act, alerts)
        for case in cases:
            notifications.assess(case, source_at=clock.now())
        assert p99(taken_to_alert(notifications, cases)) < 1
        assert set(acting) <= {201, 200}
