"""The clock door: a drill a minute goes the way of every alert."""

from __future__ import annotations

from typing import Any

from services.chassis.context import fresh_context
from services.chassis.timing import every
from services.referrals import usecases


class Timers:
    """What happens without anybody's asking; every replica turns these, one of them begins."""

    parts: Any

    @every(seconds=1)
    def begin_drill(self) -> None:
        """Begin a drill when one is due, and show how long the last success is ago."""
        parts = self.parts
        if parts.drill_every is not None:
            drills = parts.drills.under(fresh_context())
            drill = usecases.turn_drill(drills, every=parts.drill_every, at=parts.now())
            parts.drill_tally.show(drill)
