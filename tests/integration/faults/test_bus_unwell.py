"""A bus that is gone, stands still or takes nothing: processes end in time, referrals come in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.integration.referrals.referral_doors import told
from tests.support import published, until
from tests.support.measured import measured
from tests.support.own import OwnBroker
from tests.support.stack import Stack
from tests.support.tokens import Tokens

ENDS_WITHIN_S = 15
RAISED = {
    "memory": ("set_vm_memory_high_watermark", "0.00001", "0.4"),
    "disk": ("set_disk_free_limit", "1000000GB", "50MB"),
}


@pytest.fixture
def stack_of_its_own(
    own_broker: OwnBroker, mongo: Any, keys: Any, tmp_path: Path
) -> Iterator[Stack]:
    made = Stack(own_broker, mongo, keys, tmp_path)
    yield made
    made.end()


@pytest.mark.parametrize("how", ["kill", "pause"])
def test_a_process_that_is_asked_to_end_ends_though_the_bus_does_not_answer(
    how: str, stack_of_its_own: Stack, own_broker: OwnBroker
) -> None:
    stack_of_its_own.start("risk")
    getattr(own_broker, how)()
    asked_at = monotonic()
    assert stack_of_its_own.stop("risk") == 0
    assert monotonic() - asked_at < ENDS_WITHIN_S


@pytest.mark.parametrize("alarm", RAISED)
def test_while_the_bus_takes_nothing_referrals_are_accepted_and_that_is_told(
    alarm: str, stack_of_its_own: Stack, own_broker: OwnBroker, tokens: Tokens
) -> None:
    command, raised, well = RAISED[alarm]
    url = stack_of_its_own.start("referrals")
    headers = tokens.headers(role="agency_worker", audience="referrals", agency_id="police")
    own_broker.control(command, raised)
    sent = [httpx.post(f"{url}/referrals", json=told(), headers=headers) for _ in range(5)]
    assert {answer.status_code for answer in sent} == {201}
    until(lambda: measured(url, "casework_bus_blocked") == 1, within=20)
    with published(own_broker, "referrals.events", "referral_submitted.v1") as heard:
        own_broker.control(command, well)
        until(lambda: measured(url, "casework_bus_blocked") == 0, within=20)
        until(lambda: len({each["event_id"] for each in heard}) == len(sent), within=30)
