"""A referral is one trace: from the portal's door to the mail that calls somebody."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.portal.door import Portal, open_portal
from tests.integration.portal.messages import house
from tests.integration.referrals.referral_doors import CANARY, told
from tests.support import until
from tests.support.collector import Collected, Seen, collecting

WITHIN_S = 30
CALLERS = "00f067aa0ba902b7"
WAY = (
    ("portal", "POST /api/v1/referrals"),
    ("portal", "ask referrals"),
    ("referrals", "POST /referrals"),
    ("referrals", "publish referral_submitted.v1"),
    ("risk", "process risk.referral_submitted.v1"),
    ("risk", "publish risk_assessed.v1"),
    ("notifications", "process notifications.risk_assessed.v1"),
    ("notifications", "send email"),
)
"""Each span is the parent of the next."""


@pytest.fixture(scope="module")
def collected() -> Iterator[Collected]:
    with collecting() as running:
        yield running


@pytest.fixture(scope="module")
def portal(stack: Any, mongo: Any, broker: Any, collected: Collected) -> Iterator[Portal]:
    """The portal with referrals, risk and notifications behind it, all of which are traced."""
    stack.environment = {**stack.environment, **collected.environment}
    opened = open_portal(stack, mongo)
    for service in ("referrals", "risk"):
        stack.start(service)
    with house(opened, stack, broker):
        yield opened


def refer(portal: Portal, trace: str) -> None:
    headers = {"traceparent": f"00-{trace}-{CALLERS}-00"}
    answer = portal.system().post("/api/v1/referrals", json=told(), headers=headers)
    assert answer.status_code == 201, answer.text


def way(collected: Collected, trace: str) -> list[Seen]:
    """Return the spans of the way, once all of them are there."""

    def found() -> list[Seen]:
        by_name = {(span.service, span.name): span for span in collected.spans(trace)}
        assert set(WAY) <= by_name.keys(), sorted(set(WAY) - by_name.keys())
        return [by_name[each] for each in WAY]

    return until(found, within=WITHIN_S)


def test_a_referral_is_one_trace_from_the_door_to_the_mail(
    portal: Portal, collected: Collected
) -> None:
    trace = uuid4().hex
    refer(portal, trace)
    spans = way(collected, trace)
    assert [span.parent for span in spans] == [CALLERS, *(span.id for span in spans[:-1])]
    assert not any(span.has_failed for span in collected.spans(trace))


def test_many_referrals_at_once_keep_their_traces_apart(
    portal: Portal, collected: Collected
) -> None:
    traces = [uuid4().hex for _ in range(20)]
    with ThreadPoolExecutor(len(traces)) as people:
        list(people.map(lambda trace: refer(portal, trace), traces))
    for trace in traces:
        spans = way(collected, trace)
        assert [span.parent for span in spans[1:]] == [span.id for span in spans[:-1]]
        names = [(span.service, span.name) for span in collected.spans(trace)]
        assert names.count(WAY[0]) == names.count(WAY[2]) == 1
        assert len({span.attributes.get("casework.case_id") for span in spans[4:7:2]}) == 1


def test_logs_and_problems_have_the_id_of_the_trace(
    portal: Portal, collected: Collected, stack: Any
) -> None:
    trace = uuid4().hex
    headers = {"traceparent": f"00-{trace}-{CALLERS}-01"}
    problem = portal.system().post("/api/v1/referrals", json={}, headers=headers)
    assert (problem.status_code, problem.json()["trace"]) == (422, trace)
    assert until(lambda: trace in stack.log("portal") and trace in stack.log("referrals"))
    until(lambda: len(collected.spans(trace)) >= 3, within=WITHIN_S)


def test_no_span_tells_whom_it_is_about_or_what_was_asked(
    portal: Portal, collected: Collected
) -> None:
    trace = uuid4().hex
    headers = {"traceparent": f"00-{trace}-{CALLERS}-01", "Idempotency-Key": CANARY}
    police, told_apart = portal.system(), told(agency_reference=CANARY)
    police.post("/api/v1/referrals", json=told_apart, headers=headers)
    police.get("/api/v1/referrals", params={"after": CANARY, "q": CANARY}, headers=headers)
    police.get(f"/api/v1/referrals/{CANARY}", headers=headers)
    portal.visitor().get(f"/a/{CANARY}", headers=headers)
    portal.visitor().get(f"/nothing/{CANARY}", headers=headers)
    portal.visitor().request(CANARY, "/sign-in", headers=headers)
    way(collected, trace)
    until(lambda: "unmatched" in collected.text, within=WITHIN_S)
    for secret in (CANARY, "lea@example.org", "127.0.0.1", portal.keys["riverside-police", "both"]):
        assert secret not in collected.text
