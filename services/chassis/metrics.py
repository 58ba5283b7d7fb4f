"""The metrics of a process; labels come from closed sets and never name a case or a person."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One registry a process, with the metrics that every service has."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._register_doors()
        self._register_bus()

    def _register_doors(self) -> None:
        self.http_seconds = self.histogram(
            "casework_http_request_seconds",
            "Time to answer a request, by route and status class.",
            ("method", "route", "status"),
        )
        self.handled = self.counter(
            "casework_events_handled_total",
            "Events taken from a queue, by outcome: done, retried or dead_lettered.",
            ("event", "outcome"),
        )
        self.handler_seconds = self.histogram(
            "casework_event_handler_seconds", "Time to handle an event.", ("event",)
        )
        self.event_lag = self.histogram(
            "casework_event_lag_seconds",
            "Time from an event's being said to its being heard.",
            ("event",),
        )
        self.timer_failures = self.counter(
            "casework_timer_failures_total", "Runs of a timer that failed.", ("door",)
        )
        self.conflicts = self.counter(
            "casework_write_conflicts_total", "Writes tried again because another came first."
        )
        self._register_ground()

    def _register_ground(self) -> None:
        self.ready = self.gauge(
            "casework_ready",
            "1 while a check of readiness passes: database, outbox, consuming; bus in the portal.",
            ("check",),
        )
        self.database_errors = self.counter(
            "casework_database_errors_total",
            "Errors of the database that hindered work: unreachable, timed_out, refused or other.",
            ("kind",),
        )
        self.spans = self.counter(
            "casework_spans_total",
            "Spans for the collector: sent, not_taken by it, or dropped since there was no_room.",
            ("outcome",),
        )

    def _register_bus(self) -> None:
        self.relayed = self.counter(
            "casework_relay_published_total",
            "Publications by result: confirmed, returned (no queue), refused or timed_out.",
            ("result",),
        )
        self.said_again = self.counter(
            "casework_relay_said_again_total",
            "Events published once more because not every hearer had confirmed them.",
        )
        self.outbox_pending = self.gauge(
            "casework_outbox_pending",
            "Aggregates with events not yet on the bus, or there for a few seconds only.",
        )
        self.outbox_oldest = self.gauge(
            "casework_outbox_oldest_seconds", "Age of the oldest event not yet on the bus."
        )
        self.outbox_unreadable = self.gauge(
            "casework_outbox_unreadable",
            "Aggregates whose outbox is damaged, so that nobody hears of them: mend at once.",
        )
        self.outbox_unheard = self.gauge(
            "casework_outbox_unheard",
            "Aggregates with events on the bus that a hearer has not confirmed for seconds.",
        )
        self.outbox_unheard_oldest = self.gauge(
            "casework_outbox_unheard_oldest_seconds",
            "Age of the oldest event on the bus that a hearer has not confirmed.",
        )
        self.dead_letters = self.gauge(
            "casework_dead_letters",
            "Messages that a consumer could not handle, waiting for an operator.",
            ("consumer",),
        )
        self.bus_connected = self.gauge(
            "casework_bus_connected", "1 while the connection to the bus is open.", ("purpose",)
        )
        self.bus_blocked = self.gauge(
            "casework_bus_blocked", "1 while the bus asks publishers to wait."
        )

    def counter(self, name: str, help_text: str, labels: Sequence[str] = ()) -> Counter:
        """Register a counter."""
        return Counter(name, help_text, labels, registry=self.registry)

    def gauge(self, name: str, help_text: str, labels: Sequence[str] = ()) -> Gauge:
        """Register a gauge."""
        return Gauge(name, help_text, labels, registry=self.registry)

    def histogram(
        self,
        name: str,
        help_text: str,
        labels: Sequence[str] = (),
        buckets: Sequence[float] = SECONDS,
    ) -> Histogram:
        """Register a histogram of seconds."""
        return Histogram(name, help_text, labels, buckets=buckets, registry=self.registry)
