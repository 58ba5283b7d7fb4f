"""Steps that are due, and the watch over alerts that have none.

Every replica turns these; a step is taken by whoever saves it first.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from services.chassis.context import fresh_context
from services.chassis.logs import get_logger
from services.chassis.timing import every
from services.notifications.domain.model import Alert
from services.notifications.timers.calls import Calls
from services.notifications.timers.due import AT_ONCE, do_what_is_due
from services.notifications.usecases import alerting

_log = get_logger(__name__)


class Steps(Calls):
    """The ladder of each alert, and the watch over all of them."""

    parts: Any

    @every(seconds=1)
    def escalate_overdue(self) -> None:
        """Take every step that is due."""
        at = self.parts.now()
        find = partial(self.parts.alerts.overdue, at, AT_ONCE)
        do_what_is_due(find, partial(self._advance, at))

    def _advance(self, at: datetime, alert_id: str) -> bool:
        try:
            alerts = self.parts.alerts.under(fresh_context())
            alerting.advance_alert(alerts, alert_id, duty_of=self.parts.duty.of, at=at)
        except Exception:
            # One alert that cannot be saved must not keep the others from their steps.
            self.parts.tally.step_failed()
            _log.exception("step_failed", alert_id=alert_id)
            return False
        return True

    @every(seconds=10)
    def watch_over_open_alerts(self) -> None:
        """Measure the open alerts, and give back a step to one that has lost it or waits too long.

        Too long is longer than its policy says, as when the clock of this machine was put back.
        """
        at = self.parts.now()
        open_alerts, unreadable = self.parts.alerts.open_alerts()
        for alert_id in unreadable:
            _log.error("open_alert_unreadable", alert_id=alert_id)
        for alert in open_alerts:
            if alert.is_stranded or alert.is_delayed(at):
                self._restore_step(alert, at)
        self.place_lost_calls(open_alerts, at)
        self.parts.tally.measure(open_alerts, len(unreadable), at)

    def _restore_step(self, alert: Alert, at: datetime) -> None:
        _log.error("open_alert_without_step", alert_id=alert.id, case_id=alert.case_id)
        try:
            alerting.restore_step(self.parts.alerts.under(fresh_context()), alert.id, at=at)
        except Exception:
            # As above: the others are to be mended all the same.
            self.parts.tally.step_failed()
            _log.exception("step_not_restored", alert_id=alert.id)
        else:
            self.parts.tally.repaired()
