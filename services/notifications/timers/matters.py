"""What cases wait for is told when it is due, by whichever replica saves it first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial
from typing import Any

from services.chassis.context import fresh_context
from services.chassis.ids import derived_id, new_reference
from services.chassis.logs import get_logger
from services.chassis.timing import every
from services.notifications.timers.due import AT_ONCE, do_what_is_due
from services.notifications.usecases import matters

_log = get_logger(__name__)


class MattersDue:
    """The watch over what cases wait for."""

    parts: Any

    @every(seconds=5)
    def tell_matters_due(self) -> None:
        """Raise an alert for each matter that has become due; measure what is still to be told."""
        at = self.parts.now()
        do_what_is_due(partial(self._due, at), self._tell)

    def _due(self, at: datetime, passed_over: Collection[str]) -> list[str]:
        """Return what is due; the first look at it is also the one that is measured."""
        due = self.parts.matters.overdue(at, AT_ONCE, passed_over)
        if not passed_over:
            self.parts.matter_figures.show(min(due.values(), default=at), at)
        return list(due)

    def _tell(self, case_id: str) -> bool:
        parts = self.parts
        ways = matters.Ways(
            parts.alerts.under(fresh_context()),
            parts.allocations,
            parts.policies.of,
            parts.duty.of,
            derived_id,
            lambda: new_reference("A"),
        )
        try:
            known = parts.matters.under(fresh_context())
            matters.tell_due(known, ways, case_id, at=parts.now())
        except Exception:
            # One case that cannot be read must not keep the others from being told.
            parts.tally.step_failed()
            _log.exception("matter_not_told", case_id=case_id)
            return False
        return True
