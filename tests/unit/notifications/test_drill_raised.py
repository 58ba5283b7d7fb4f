"""A drill opens a real alert under the real policy, tells nobody, and says what came of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.contracts.catalogue import read, write
from services.notifications.announcements import announce_drill
from services.notifications.domain.drill import NOBODY_TOLD, NOT_HIGH, RAISED, Drill, outcome_of
from services.notifications.domain.escalation import Policy
from services.notifications.domain.events import AlertRaised
from services.notifications.usecases.drills import raise_drill
from tests.unit.notifications.alert_examples import POLICIES, START, high_risk, policy_of


def outcome(policy: Policy = POLICIES.high_risk, **changed: object) -> str:
    return outcome_of(replace(high_risk(), **changed), policy, at=START)


def test_a_high_one_would_have_been_raised() -> None:
    assert outcome() == RAISED


def test_one_that_is_not_high_would_not() -> None:
    assert outcome(severity="medium") == NOT_HIGH


def test_a_policy_after_which_nobody_is_told_again_is_a_failure() -> None:
    ends = replace(POLICIES.high_risk, rungs=POLICIES.high_risk.rungs[:1], repeat_every=None)
    assert outcome(ends) == NOBODY_TOLD


def test_what_is_said_fits_the_contract() -> None:
    drill, (event,) = Drill().raised(7, RAISED, began_at=START)
    data = read("drill_raised", 1, write(announce_drill(drill, event)))
    assert data == {"number": 7, "outcome": RAISED, "began_at": START}
    with pytest.raises(TypeError, match="AlertRaised"):
        announce_drill(drill, AlertRaised(START, "raised", 0))


class Kept:
    """Where the drill is kept, in memory."""

    def __init__(self, *, piling: bool = False) -> None:
        self.piling = piling
        self.turns: list[object] = []

    def is_piling_up(self) -> bool:
        return self.piling

    def turn(self, first: object, decide: object) -> Drill:
        del decide
        self.turns.append(first)
        return Drill()


@pytest.mark.parametrize(("piling", "turns"), [(False, 1), (True, 0)])
def test_while_nobody_hears_no_more_is_said(piling: bool, turns: int) -> None:
    kept = Kept(piling=piling)
    raise_drill(kept, policy_of, high_risk(), began_at=START, at=START)
    assert len(kept.turns) == turns
