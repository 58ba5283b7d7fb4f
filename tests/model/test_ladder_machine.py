"""Any order of failures, outages and crashes: no message climbs for ever, none is given up early.

A crash between the copy on the next rung and the acknowledgement leaves both: each goes its way.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.chassis.messaging.deliveries import ATTEMPT, Raw
from services.chassis.messaging.ladder import Rung, after_failure, after_outage
from services.chassis.messaging.topology import LADDER_S, retry_exchange

TRIES = len(LADDER_S) + 1


@dataclass(frozen=True)
class Copy:
    """A message in the work queue: which attempt this is, and what it has been through."""

    attempt: int = 1
    failures: int = 0
    rungs: tuple[int, ...] = ()

    def moved(self, rung: Rung, *, failures: int) -> Copy:
        return Copy(rung.attempt, failures, (*self.rungs, rung.number))


class LadderMachine(RuleBasedStateMachine):
    """Messages, and the copies that crashes make of them."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = [Copy()]
        self.dead: list[Copy] = []
        self.done = 0

    def _take(self, data: st.DataObject, *, crashes: bool) -> Copy:
        place = data.draw(st.integers(0, len(self.waiting) - 1))
        return self.waiting[place] if crashes else self.waiting.pop(place)

    @rule()
    def come(self) -> None:
        self.waiting.append(Copy())

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), crashes=st.booleans())
    def fail(self, data: st.DataObject, crashes: bool) -> None:
        copy = self._take(data, crashes=crashes)
        rung = after_failure(copy.attempt)
        if rung is None:
            self.dead.append(copy)
        else:
            self.waiting.append(copy.moved(rung, failures=copy.failures + 1))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), crashes=st.booleans(), times=st.integers(1, 20))
    def find_the_database_away(self, data: st.DataObject, crashes: bool, times: int) -> None:
        copy = self._take(data, crashes=crashes)
        for _ in range(times):
            copy = copy.moved(after_outage(copy.attempt), failures=copy.failures)
        self.waiting.append(copy)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        self._take(data, crashes=False)
        self.done += 1

    @invariant()
    def no_message_is_gone(self) -> None:
        assert self.waiting or self.dead or self.done

    @invariant()
    def an_attempt_is_used_up_by_a_failure_and_by_nothing_else(self) -> None:
        assert all(copy.attempt == copy.failures + 1 for copy in [*self.waiting, *self.dead])

    @invariant()
    def no_message_is_given_up_before_its_last_attempt(self) -> None:
        assert all(copy.attempt == TRIES for copy in self.dead)

    @invariant()
    def every_rung_has_a_queue(self) -> None:
        for copy in self.waiting:
            assert all(1 <= rung <= len(LADDER_S) for rung in copy.rungs)


LadderMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
test_ladder_machine = LadderMachine.TestCase


def test_what_always_fails_waits_on_each_rung_once_and_lies_with_the_dead() -> None:
    waits, attempt = [], 1
    while rung := after_failure(attempt):
        waits.append(retry_exchange("risk", rung.number))
        attempt = rung.attempt
    assert waits == [f"risk.retry.{seconds}s" for seconds in LADDER_S]
    assert attempt == TRIES


@given(attempt=st.integers(TRIES, 2**62))
def test_an_attempt_beyond_all_rungs_is_the_last(attempt: int) -> None:
    assert after_failure(attempt) is None


@pytest.mark.parametrize("header", [None, 0, -1, "3", 1.5, [], {}, b"1"])
def test_a_header_that_counts_nothing_is_a_first_attempt(header: Any) -> None:
    properties: Any = SimpleNamespace(headers={ATTEMPT: header})
    channel: Any = None
    raw = Raw(channel, 1, "risk.referral_submitted.v1", b"", properties)
    assert after_failure(raw.attempt) == Rung(1, 2)
