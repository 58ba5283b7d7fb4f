"""The clock door: steps that are due, and the watch over alerts that have none.

Every replica turns these; a step is taken by whoever saves it first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from services.chassis.context import fresh_context
from services.chassis.logs import get_logger
from services.chassis.timing import every
from services.notifications import usecases
from services.notifications.domain.model import Alert

STEPS_AT_ONCE = 200
PAGE = 500
_log = get_logger(__name__)


class Timers:
    """What happens without anybody's asking."""

    parts: Any

    @every(1)
    def escalate_overdue(self) -> None:
        """Take every step that is due."""
        at = self.parts.now()
        for alert_id in self.parts.alerts.overdue(at, STEPS_AT_ONCE):
            self._apart(partial(usecases.advance_alert, id=alert_id, at=at))

    @every(10)
    def watch_over_open_alerts(self) -> None:
        """Measure the open alerts, and give back a step to one that has lost it."""
        at = self.parts.now()
        open_alerts = self._open_alerts()
        for alert in filter(lambda each: each.is_stranded, open_alerts):
            _log.error("open_alert_without_step", alert_id=alert.id, case_id=alert.case_id)
            self._apart(partial(usecases.restore_step, id=alert.id, at=at))
            self.parts.tally.repaired()
        self.parts.tally.measure(open_alerts, at)

    def _open_alerts(self) -> list[Alert]:
        found: list[Alert] = []
        after: str | None = None
        while True:
            page = self.parts.alerts.open_alerts(after=after, limit=PAGE)
            found += page.items
            if page.next is None:
                return found
            after = page.next

    def _apart(self, intention: Callable[..., Alert]) -> None:
        try:
            intention(self.parts.alerts.under(fresh_context()))
        except Exception:
            # One alert that cannot be saved must not keep the others from their steps.
            self.parts.tally.step_failed()
            _log.exception("step_failed")
