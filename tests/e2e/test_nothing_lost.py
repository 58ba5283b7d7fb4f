"""What was accepted survives a dead broker and any dead process; no alert comes twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.services import SERVICES
from tests.e2e.playing import accounts_of
from tests.e2e.sending import Agency, read_books
from tests.support import until
from tests.support.own import OwnBroker
from tests.support.stack import Stack

COUNT = 24
BALANCED_WITHIN_S = 60


def settled(stack: Stack, accepted: set[str]) -> None:
    """Wait for every high case to have its one alert, and hold the books against the agency's."""
    until(
        lambda: len(read_books(stack).high) > 3 and read_books(stack).are_balanced,
        within=BALANCED_WITHIN_S,
    )
    assert read_books(stack).stored == accepted


def test_with_the_broker_stopped_referrals_are_accepted_and_each_alert_comes_once(
    fresh_stack: Stack, own_broker: OwnBroker, tmp_path: Path
) -> None:
    stack = replace(fresh_stack, broker=own_broker)
    try:
        agency = Agency(stack, accounts_of(stack, tmp_path))
        own_broker.kill()
        accepted = agency.send(COUNT, 1, lambda _: None)
        assert len(accepted) == COUNT
        assert read_books(stack).alerts == {}
        own_broker.start()
        settled(stack, accepted)
    finally:
        stack.end()


@pytest.mark.parametrize("service", SERVICES)
def test_a_killed_process_loses_nothing_and_repeats_no_alert(
    fresh_stack: Stack, tmp_path: Path, service: str
) -> None:
    agency = Agency(fresh_stack, accounts_of(fresh_stack, tmp_path))

    def kill_and_start(number: int) -> None:
        if number in {COUNT // 3, 2 * COUNT // 3}:
            fresh_stack.kill(service)
            fresh_stack.start(service, ready=False)

    accepted = agency.send(COUNT, 2, kill_and_start)
    assert len(accepted) == COUNT
    settled(fresh_stack, accepted)
