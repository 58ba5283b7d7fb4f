"""What the portal measures, beside what every process does; labels come from closed sets."""

from __future__ import annotations

from dataclasses import dataclass

from prometheus_client import Counter, Gauge, Histogram

from services.chassis.age import Age
from services.chassis.metrics import Metrics


@dataclass(frozen=True, slots=True)
class PortalMetrics:
    """The metrics of one portal process; `drill_age` is None where no drills are held."""

    shared: Metrics
    open_streams: Gauge
    stream_lag: Histogram
    streams_ended: Counter
    deliveries: Counter
    upstream_seconds: Histogram
    sign_ins: Counter
    rate_limited: Counter
    directory: Counter
    drill_age: Age | None


def portal_metrics(*, has_drills: bool) -> PortalMetrics:
    """Register the metrics of a portal process."""
    shared = Metrics("portal")
    return PortalMetrics(
        shared=shared,
        open_streams=shared.gauge("casework_portal_open_streams", "Live alert streams open now."),
        stream_lag=shared.histogram(
            "casework_portal_stream_lag_seconds",
            "From what led to an alert being accepted to the alert being written to a stream.",
        ),
        streams_ended=shared.counter(
            "casework_portal_streams_ended_total",
            "Streams ended, by why: left, too_slow, signed_out or resync_failed.",
            ("why",),
        ),
        deliveries=shared.counter(
            "casework_portal_inbox_deliveries_total",
            "Alerts shown in an open inbox, by whether notifications was told: done or not_told.",
            ("outcome",),
        ),
        upstream_seconds=shared.histogram(
            "casework_portal_upstream_seconds",
            "Time for a service to answer, by status class (none: no answer).",
            ("upstream", "status"),
        ),
        sign_ins=shared.counter(
            "casework_portal_sign_ins_total",
            "Attempts to sign in, by outcome: done, refused or locked_out.",
            ("outcome",),
        ),
        rate_limited=shared.counter(
            "casework_portal_rate_limited_total", "Requests asked to come again later.", ("who",)
        ),
        directory=shared.counter(
            "casework_portal_directory_total",
            "Changes of casework staff, by whether notifications took them: done or not_told.",
            ("outcome",),
        ),
        drill_age=_drill_age(shared) if has_drills else None,
    )


def _drill_age(shared: Metrics) -> Age:
    return Age(
        shared.gauge(
            "casework_drill_age_seconds",
            "How long ago an alert of a drill last came to where open inboxes would be told.",
        )
    )
