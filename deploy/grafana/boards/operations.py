"""Is it well, is anything stuck? What a person looks at first when she is called."""

from __future__ import annotations

from deploy.grafana.boards.expressions import largest, quantile, rate
from deploy.grafana.panels import Board, Line, figure, graph, row

WELL = row(
    "Is it well?",
    figure(
        "Pages now",
        "Alerts of severity page that fire; each has a runbook.",
        Line('sum(ALERTS{alertstate="firing", severity="page"}) or vector(0)'),
        bad_from=1,
    ),
    figure(
        "Last drill came through",
        "A trial alert goes the whole way each minute; past 150 s alerts may reach nobody.",
        Line(largest("casework_drill_age_seconds", "service"), "{{service}}"),
        unit="s",
        bad_from=150,
    ),
    figure(
        "Dead letters",
        "Messages that nobody could handle: one may be a woman nobody was told of.",
        Line("sum(max by (consumer) (max_over_time(casework_dead_letters[2m])))"),
        bad_from=1,
    ),
    figure(
        "Processes that do not answer",
        "Of everything that is measured, how many processes gave no figures.",
        Line("count(up == 0) or vector(0)"),
        bad_from=1,
    ),
)

EVENTS = row(
    "Events on their way",
    graph(
        "Oldest event not yet said",
        "What a service has to say and has not put on the bus.",
        Line(largest("casework_outbox_oldest_seconds", "service"), "{{service}}"),
        unit="s",
        limit=60,
    ),
    graph(
        "Oldest event not yet heard by all",
        "On the bus, and at least one service that must hear it has not said so.",
        Line(largest("casework_outbox_unheard_oldest_seconds", "service"), "{{service}}"),
        unit="s",
        limit=120,
    ),
    graph(
        "Waiting to be said",
        "Cases and alerts with events that are not yet on the bus.",
        Line(largest("casework_outbox_pending", "service"), "{{service}}"),
        limit=1000,
    ),
    graph(
        "Waiting to be heard",
        "Cases and alerts with events that somebody has not confirmed for seconds.",
        Line(largest("casework_outbox_unheard", "service"), "{{service}}"),
    ),
)

HANDLING = row(
    "Events handled",
    graph(
        "Handled in a second, by outcome",
        "Retried means that it will be tried again; dead_lettered means that somebody must look.",
        Line(
            rate("casework_events_handled_total", "service", "outcome"), "{{service}} {{outcome}}"
        ),
        unit="ops",
    ),
    graph(
        "From said to heard",
        "99 of 100 events were heard within this time.",
        Line(quantile(0.99, "casework_event_lag_seconds", "event"), "{{event}}"),
        unit="s",
    ),
    graph(
        "Time to handle",
        "99 of 100 events were handled within this time.",
        Line(quantile(0.99, "casework_event_handler_seconds", "event"), "{{event}}"),
        unit="s",
    ),
    graph(
        "Said, and said again",
        "Said again grows where a hearer is away or slow; returned means that a queue is missing.",
        Line(rate("casework_relay_published_total", "service", "result"), "{{service}} {{result}}"),
        Line(rate("casework_relay_said_again_total", "service"), "{{service}} again"),
        unit="ops",
    ),
)

DOORS = row(
    "Doors",
    graph(
        "Requests in a second",
        "All that each service was asked.",
        Line(rate("casework_http_request_seconds_count", "service"), "{{service}}"),
        unit="ops",
    ),
    graph(
        "Answers that fail by our fault",
        "Of all requests to a service, how many were answered with 5xx.",
        Line("casework:http_requests_failed:ratio_rate5m", "{{service}}"),
        unit="percentunit",
        limit=0.05,
    ),
    graph(
        "Time to answer",
        "99 of 100 requests were answered within this time; live streams are left out.",
        Line("casework:http_request_seconds:p99_5m", "{{service}}"),
        unit="s",
        limit=2.5,
    ),
    graph(
        "Time of the services behind the portal",
        "99 of 100 questions of the portal were answered within this time.",
        Line(quantile(0.99, "casework_portal_upstream_seconds", "upstream"), "{{upstream}}"),
        unit="s",
    ),
)

GROUND = row(
    "Bus, database, clock",
    graph(
        "Connected to the bus",
        "1 while at least one process of the service has this connection.",
        Line(largest("casework_bus_connected", "service", "purpose"), "{{service}} {{purpose}}"),
    ),
    graph(
        "Told to wait by the bus",
        "1 while RabbitMQ takes nothing, as when its disk or memory is full.",
        Line(largest("casework_bus_blocked", "service"), "{{service}}"),
        limit=1,
    ),
    graph(
        "Checks of readiness",
        "1 while at least one process of the service passes the check.",
        Line(largest("casework_ready", "service", "check"), "{{service}} {{check}}"),
    ),
    graph(
        "Errors of databases",
        "In a second, by kind, as they hindered a request, an event, a timer or the relay.",
        Line(rate("casework_database_errors_total", "service", "kind"), "{{service}} {{kind}}"),
        unit="ops",
    ),
    graph(
        "Timers that fail",
        "Runs in a second that failed; mostly the database is away.",
        Line(rate("casework_timer_failures_total", "service", "door"), "{{service}} {{door}}"),
        unit="ops",
    ),
    graph(
        "Writes tried again",
        "Another write to the same case or alert came first; many mean that much comes at once.",
        Line(rate("casework_write_conflicts_total", "service"), "{{service}}"),
        unit="ops",
    ),
)

OBJECTIVES = row(
    "Objectives: 99.9 % of 30 days",
    graph(
        "Referrals that fail by our fault",
        "The part of all referrals; at the red line the month's part just lasts.",
        Line("casework:referrals_failed:ratio_rate1h", "1 hour"),
        Line("casework:referrals_failed:ratio_rate6h", "6 hours"),
        Line("casework:referrals_failed:ratio_rate3d", "3 days"),
        unit="percentunit",
        limit=0.001,
    ),
    graph(
        "First notices of high risk later than 5 s",
        "Of all, in the inbox and by message; at the red line the month's part just lasts.",
        Line("casework:notices_late:ratio_rate1h", "1 hour"),
        Line("casework:notices_late:ratio_rate6h", "6 hours"),
        Line("casework:notices_late:ratio_rate3d", "3 days"),
        unit="percentunit",
        limit=0.001,
    ),
    graph(
        "People at the door",
        "Sign-ins in a second by outcome, and requests asked to come again later.",
        Line(rate("casework_portal_sign_ins_total", "outcome"), "sign-in {{outcome}}"),
        Line(rate("casework_portal_rate_limited_total", "who"), "asked to wait: {{who}}"),
        unit="ops",
    ),
    graph(
        "Calls that Alertmanager could not make",
        "Pages, tickets and heartbeats that were given up; with any, the heartbeat stops.",
        Line(rate("alertmanager_notifications_failed_total", "integration"), "{{integration}}"),
        unit="ops",
    ),
)

BOARD = Board(
    uid="operations",
    title="Operations",
    says="Is it well, is anything stuck? Red lines are those of the alert rules.",
    rows=(WELL, EVENTS, HANDLING, DOORS, GROUND, OBJECTIVES),
)
