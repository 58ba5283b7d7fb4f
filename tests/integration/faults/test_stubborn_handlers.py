"""Handlers that fail for ever or hold the processor: bounded attempts, one effect, no loop."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from deploy.local import services
from deploy.local.children import Child
from deploy.local.layout import ROOT
from services.chassis.messaging.topology import LADDER_S
from tests.integration.risk.said import CALM, Case
from tests.support import published, until
from tests.support.bus import ready, taken
from tests.support.measured import measured
from tests.support.stack import Stack

HELD_S = 5
BUSY = 0.5


def failures(stack: Stack) -> int:
    return stack.log("risk").count('"handler_failed"')


def cpu_seconds(url: str) -> float:
    return measured(url, "process_cpu_seconds_total") or 0.0


def test_a_handler_that_always_fails_is_tried_as_often_as_the_ladder_has_rungs(
    fresh_stack: Stack,
) -> None:
    broker, url = fresh_stack.broker, fresh_stack.start("risk")
    since, spent = monotonic(), cpu_seconds(url)
    Case(broker).met(disclosures={"stalking": "yes"})
    until(lambda: ready(broker, "risk.retry.30s") == 1, within=20)
    assert failures(fresh_stack) == LADDER_S.index(30) + 1
    assert (cpu_seconds(url) - spent) / (monotonic() - since) < BUSY
    again, _ = taken(broker, "risk.retry.30s")
    assert again.headers["x-attempt"] == LADDER_S.index(30) + 2
    last = {**again.headers, "x-attempt": len(LADDER_S) + 1}
    Case(broker).met(headers=last, disclosures={"stalking": "yes"})
    until(lambda: ready(broker, "risk.dead-letters") == 1)


@pytest.fixture
def busy(broker: Any, mongo: Any, keys: Any, tmp_path: Path) -> Iterator[Path]:
    """The risk service with a handler that holds the processor; its log."""
    addresses = Stack(broker, mongo, keys, tmp_path).addresses
    log = tmp_path / "busy.log"
    child = Child(
        "busy",
        [sys.executable, "-m", "tests.integration.faults.busy", str(HELD_S)],
        log=log,
        environment=services.settings("risk", addresses, keys),
        cwd=ROOT,
    )
    until(lambda: '"consuming"' in log.read_text(), within=15)
    yield log
    child.kill()


def test_a_handler_that_holds_the_processor_past_its_heartbeats_has_its_effect_once(
    busy: Path, broker: Any, mongo: Any
) -> None:
    case = Case(broker)
    with published(broker, "risk.events", "risk_assessed.v1") as heard:
        referral = case.referred(**CALM)
        case.assessed(heard, within=HELD_S + 10)
        until(lambda: busy.read_text().count('"consuming"') == 2, within=10)
        until(lambda: ready(broker, "risk.referral_submitted.v1") == 0)
        case.met(disclosures={"animals": "yes"})
        said = case.assessed(heard, times=2, within=10)
    stored = mongo.database("risk")["risk"].find_one({"_id": case.id})
    assert stored["receipts"].count(referral["event_id"]) == 1
    assert len(stored["assessments"]) == 2
    assert len({event["event_id"] for event in said}) == 2
    assert ready(broker, "risk.dead-letters") == 0
