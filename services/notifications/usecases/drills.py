"""What may be done with the drill: one function; time is an argument."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from services.notifications.domain.drill import Decision, Drill, outcome_of
from services.notifications.domain.record import Cause
from services.notifications.usecases.alerting import PolicyOf


class Drills(Protocol):
    """The one drill, as it is kept."""

    def is_piling_up(self) -> bool:
        """Tell whether more than one thing that was said of it has not been heard yet."""

    def turn(self, first: Decision, decide: Callable[[Drill], Decision]) -> Drill:
        """Load, decide and save; where there is none yet, save the first."""


def raise_drill(
    drills: Drills, policy_of: PolicyOf, cause: Cause, *, began_at: datetime, at: datetime
) -> None:
    """Try on a drill what a high assessment leads to; while nobody hears, say no more."""
    if drills.is_piling_up():
        return
    outcome = outcome_of(cause, policy_of(cause.area, cause.kind), at=at)

    def decide(known: Drill) -> Decision:
        return known.raised(cause.number, outcome, began_at=began_at)

    drills.turn(decide(Drill()), decide)
