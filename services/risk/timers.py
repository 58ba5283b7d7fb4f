"""The clock door: a safety net that does not trust the bus."""

from __future__ import annotations

from typing import Any

from services.chassis.context import fresh_context
from services.chassis.logs import get_logger
from services.chassis.timing import every
from services.risk import usecases

LOOK_EVERY_S = 5
AT_ONCE = 200
_log = get_logger(__name__)


class Timers:
    """What happens without anybody's asking."""

    parts: Any

    @every(LOOK_EVERY_S)
    def announce_unanswered_again(self) -> None:
        """Say a high assessment again, under the same event id, until somebody raises an alert."""
        at, profiles = self.parts.now(), self.parts.profiles
        for case_id in profiles.unanswered(at, AT_ONCE):
            try:
                usecases.insist(profiles.under(fresh_context()), case_id, at=at)
            except Exception:
                # One profile that cannot be saved must not keep the others silent.
                self.parts.tally.insisting_failed()
                _log.exception("not_announced_again", case_id=case_id)
