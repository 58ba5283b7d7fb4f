"""The clock door: a safety net that does not trust the bus."""

from __future__ import annotations

from typing import Any

from services.chassis.context import fresh_context
from services.chassis.timing import every
from services.risk import usecases

LOOK_EVERY_S = 5
AT_ONCE = 200


class Timers:
    """What happens without anybody's asking."""

    parts: Any

    @every(LOOK_EVERY_S)
    def announce_unanswered_again(self) -> None:
        """Say a high assessment again, under the same event id, until somebody raises an alert."""
        profiles = self.parts.profiles.under(fresh_context())
        usecases.insist(profiles, at=self.parts.now(), limit=AT_ONCE)
