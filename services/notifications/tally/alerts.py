"""What becomes of alerts and of messages, without saying whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from services.chassis.metrics import Metrics
from services.notifications.domain import events
from services.notifications.domain.escalation import Kind
from services.notifications.domain.model import Alert
from services.notifications.domain.notices import Notice
from services.notifications.domain.responders import Channel

SUBMIT_TO_ALERT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
CALL_TO_NOTICE = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
ACKNOWLEDGED_WITHIN = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


class Tally:
    """Counts and times what happens to alerts, without saying whose they are."""

    def __init__(self, metrics: Metrics, now: Callable[[], datetime]) -> None:
        self._now = now
        self._raised = metrics.counter(
            "casework_notifications_raised_total", "Alerts raised.", ("kind",)
        )
        self._escalated = metrics.counter(
            "casework_notifications_escalated_total",
            "Escalation steps, by the level reached and why.",
            ("kind", "level", "reason"),
        )
        self._acknowledged = metrics.counter(
            "casework_notifications_acknowledged_total",
            "Acknowledgements, by the level at which they came.",
            ("kind", "level"),
        )
        self._resolved = metrics.counter(
            "casework_notifications_resolved_total", "Alerts resolved.", ("kind", "outcome")
        )
        self._submit_to_alert = metrics.histogram(
            "casework_notifications_submit_to_alert_seconds",
            "Time from the platform's accepting the cause to the stored high-risk alert.",
            buckets=SUBMIT_TO_ALERT,
        )
        self._to_acknowledge = metrics.histogram(
            "casework_notifications_time_to_acknowledge_seconds",
            "Time from an alert's being raised to its acknowledgement.",
            ("kind",),
            ACKNOWLEDGED_WITHIN,
        )
        self._measures = Measures(metrics)
        self._repairs = metrics.counter(
            "casework_notifications_watchdog_repairs_total",
            "Open alerts that had lost their next step.",
        )
        self._step_failures = metrics.counter(
            "casework_notifications_step_failures_total",
            "Steps, calls, notices and matters that could not be seen to; all are tried again.",
        )

    def count(self, alert: Alert, said: Sequence[object]) -> None:
        """Count the events of a decision that has been saved."""
        for event in said:
            if isinstance(event, events.AlertRaised):
                self._count_raised(alert)
            elif isinstance(event, events.AlertEscalated):
                self._escalated.labels(alert.kind.value, event.level, event.reason).inc()
            elif isinstance(event, events.AlertAcknowledged):
                self._acknowledged.labels(alert.kind.value, event.level).inc()
                waited = (event.at - alert.since).total_seconds()
                self._to_acknowledge.labels(alert.kind.value).observe(max(waited, 0))
            elif isinstance(event, events.AlertResolved):
                self._resolved.labels(alert.kind.value, event.outcome).inc()

    def _count_raised(self, alert: Alert) -> None:
        self._raised.labels(alert.kind.value).inc()
        if alert.kind is Kind.HIGH_RISK:
            taken = (self._now() - alert.source_at).total_seconds()
            self._submit_to_alert.observe(max(taken, 0))

    def repaired(self) -> None:
        """Count an alert that the watchdog gave a step."""
        self._repairs.inc()

    def step_failed(self) -> None:
        """Count what was due and could not be seen to."""
        self._step_failures.inc()

    def measure(self, open_alerts: Sequence[Alert], unreadable: int, at: datetime) -> None:
        """Show the open alerts as they are, and how many more there are that cannot be read."""
        self._measures.show(open_alerts, unreadable, at)


class Messages:
    """Counts and times what is sent outside the inbox."""

    def __init__(self, metrics: Metrics) -> None:
        self._notices = metrics.counter(
            "casework_notifications_notices_total",
            "Messages outside the inbox, by channel and what became of each.",
            ("channel", "stage"),
        )
        self._to_send = metrics.histogram(
            "casework_notifications_notice_seconds",
            "Time from a call of a high-risk alert to the provider's taking its message.",
            ("channel",),
            CALL_TO_NOTICE,
        )
        self._submit_to_notice = metrics.histogram(
            "casework_notifications_submit_to_notice_seconds",
            "Time from accepting the cause to a provider's taking the first message of high risk.",
            ("channel",),
            CALL_TO_NOTICE,
        )
        for channel in Channel:  # from nought, so that the first of all is seen to come
            self._submit_to_notice.labels(channel.value)

    def count(self, notice: Notice) -> None:
        """Count what became of a message."""
        self._notices.labels(notice.channel.value, notice.stage.value).inc()
        if notice.sent_at is not None and notice.is_urgent:
            taken = (notice.sent_at - notice.made_at).total_seconds()
            self._to_send.labels(notice.channel.value).observe(max(taken, 0))
            if notice.caused_at is not None:
                taken = (notice.sent_at - notice.caused_at).total_seconds()
                self._submit_to_notice.labels(notice.channel.value).observe(max(taken, 0))


class Measures:
    """The open alerts as gauges."""

    def __init__(self, metrics: Metrics) -> None:
        self._open = metrics.gauge(
            "casework_notifications_open_alerts",
            "Open alerts, by kind, state and level.",
            ("kind", "state", "level"),
        )
        self._unacknowledged = metrics.gauge(
            "casework_notifications_oldest_unacknowledged_seconds",
            "How long the longest waiting high-risk alert has had nobody.",
        )
        self._overdue = metrics.gauge(
            "casework_notifications_step_overdue_seconds",
            "How long the most overdue step has been due; more than a few seconds is wrong.",
        )
        self._unreadable = metrics.gauge(
            "casework_notifications_unreadable_alerts",
            "Open alerts that cannot be read, so that nobody is told of them: mend at once.",
        )

    def show(self, open_alerts: Sequence[Alert], unreadable: int, at: datetime) -> None:
        """Set every gauge."""
        self._unreadable.set(unreadable)
        self._open.clear()
        counted = Counter((a.kind.value, a.state.value, a.level) for a in open_alerts)
        for labels, number in counted.items():
            self._open.labels(*labels).set(number)
        waiting = (a.since for a in open_alerts if a.kind is Kind.HIGH_RISK and a.is_waiting)
        self._unacknowledged.set(_age(waiting, at))
        self._overdue.set(_age((a.next_step_at for a in open_alerts if a.next_step_at), at))


def _age(moments: Iterable[datetime], at: datetime) -> float:
    """Return the seconds since the earliest of some moments, 0 if it is still to come."""
    return max((at - min(moments, default=at)).total_seconds(), 0)
