"""The drill: an alert opened as every other, told to nobody, and kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from services.notifications.domain.escalation import Policy
from services.notifications.domain.events import DrillRaised
from services.notifications.domain.model import Alert
from services.notifications.domain.record import Cause

DRILL = "drill"
RAISED, NOT_HIGH, NOBODY_TOLD = "raised", "not_high", "nobody_told"


@dataclass(frozen=True, slots=True)
class Drill:
    """The one drill that there is; `number` is that of the last which came here."""

    id: ClassVar[str] = DRILL
    reference: ClassVar[str] = DRILL
    case_id: ClassVar[str] = DRILL
    number: int = 0

    def raised(self, number: int, outcome: str, *, began_at: datetime) -> Decision:
        """Note that a drill came here, and tell what would have become of it."""
        return replace(self, number=number), (DrillRaised(outcome, began_at),)


def outcome_of(cause: Cause, policy: Policy, *, at: datetime) -> str:
    """Open an alert for a cause, look whether it calls anybody now and later, and let it go."""
    if not cause.wants_alert:
        return NOT_HIGH
    alert, _ = Alert.open(cause, id=DRILL, reference=DRILL, policy=policy, allocation=None, at=at)
    calls_somebody = bool(alert.audience.roles or alert.audience.account_ids)
    return RAISED if calls_somebody and alert.next_step_at is not None else NOBODY_TOLD


Decision = tuple[Drill, Sequence[object]]
