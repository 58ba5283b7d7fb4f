"""From a high risk to a named person who acts: how fast, and what stands still."""

from __future__ import annotations

from deploy.grafana.boards.expressions import increase, largest, quantiles, rate
from deploy.grafana.panels import Board, Line, figure, graph, row

NOW = row(
    "Now",
    figure(
        "Longest without anybody",
        "How long a high-risk alert has had nobody; from 20 minutes on: telephone.",
        Line(largest("casework_notifications_oldest_unacknowledged_seconds")),
        unit="s",
        bad_from=1200,
    ),
    figure(
        "Steps overdue",
        "How long the next person should have been told already.",
        Line(largest("casework_notifications_step_overdue_seconds")),
        unit="s",
        bad_from=30,
    ),
    figure(
        "Alerts that cannot be read",
        "Open alerts whose record is damaged: nobody is told of them.",
        Line(largest("casework_notifications_unreadable_alerts")),
        bad_from=1,
    ),
    figure(
        "Last drill came through",
        "A trial alert goes the whole way each minute.",
        Line(largest("casework_drill_age_seconds", "service"), "{{service}}"),
        unit="s",
        bad_from=150,
    ),
)

OPEN = row(
    "Open alerts",
    graph(
        "By kind and state",
        "Raised and delivered mean that nobody has taken it on yet.",
        Line(
            "sum by (kind, state)"
            " (max by (kind, state, level) (casework_notifications_open_alerts))",
            "{{kind}} {{state}}",
        ),
    ),
    graph(
        "By level",
        "The rung of the ladder on which open alerts stand; 3 is the last.",
        Line(
            "sum by (kind, level)"
            " (max by (kind, state, level) (casework_notifications_open_alerts))",
            "{{kind}} level {{level}}",
        ),
    ),
    graph(
        "Longest without anybody",
        "The longest waiting high-risk alert that nobody has taken on.",
        Line(largest("casework_notifications_oldest_unacknowledged_seconds"), "waiting"),
        unit="s",
        limit=1200,
    ),
)

SPEED = row(
    "How fast",
    graph(
        "From the cause to the stored alert",
        "The cause is a referral, an assessment or a session that the platform has accepted.",
        *quantiles("casework_notifications_submit_to_alert_seconds", 0.5, 0.99),
        unit="s",
        limit=5,
    ),
    graph(
        "From the cause to the open inbox",
        "The alert was written to the live stream of somebody's open page.",
        *quantiles("casework_portal_stream_lag_seconds", 0.5, 0.99),
        unit="s",
    ),
    graph(
        "From the alert to a person",
        "Time until somebody acknowledged it.",
        *quantiles("casework_notifications_time_to_acknowledge_seconds", 0.5, 0.9),
        unit="s",
    ),
    graph(
        "Drills",
        "Time of a drill from its beginning until it came back.",
        *quantiles("casework_drill_seconds", 0.5, 0.99),
        unit="s",
    ),
)

COURSE = row(
    "What becomes of them",
    graph(
        "Raised and resolved",
        "Alerts raised by kind, and resolved by outcome.",
        Line(increase("casework_notifications_raised_total", "kind"), "raised {{kind}}"),
        Line(increase("casework_notifications_resolved_total", "outcome"), "resolved {{outcome}}"),
    ),
    graph(
        "Escalated",
        "Steps up the ladder, by why.",
        Line(increase("casework_notifications_escalated_total", "kind", "reason"), "{{reason}}"),
    ),
    graph(
        "Acknowledged, by level",
        "The rung at which somebody took the alert on: higher means later.",
        Line(
            increase("casework_notifications_acknowledged_total", "kind", "level"),
            "{{kind}} level {{level}}",
        ),
    ),
)

REACHED = row(
    "Does it reach people?",
    graph(
        "Open inboxes",
        "Live streams: pages on which an alert shows by itself.",
        Line("sum(casework_portal_open_streams)", "open"),
        Line(increase("casework_portal_streams_ended_total", "why"), "ended: {{why}}"),
    ),
    graph(
        "Shown in an inbox",
        "Alerts shown; not_told means that notifications did not learn of it.",
        Line(increase("casework_portal_inbox_deliveries_total", "outcome"), "{{outcome}}"),
    ),
    graph(
        "Second nets",
        "Risk says a high risk again until it hears of an alert; a lost step is given back.",
        Line(increase("casework_risk_awaited_alerts_announced_again_total"), "announced again"),
        Line(increase("casework_notifications_watchdog_repairs_total"), "step given back"),
        Line(increase("casework_notifications_step_failures_total"), "not seen to"),
        Line(increase("casework_risk_announcing_again_failures_total"), "not announced again"),
    ),
    graph(
        "Drills by what became of them",
        "Begun and succeeded go together where alerts come through.",
        Line(rate("casework_drills_total", "course"), "{{course}}"),
        unit="ops",
    ),
)

CALLS = row(
    "Calls outside the inbox",
    graph(
        "Messages, by what became of them",
        "Failed ones were given up; the next rung was told at the first failure.",
        Line(
            increase("casework_notifications_notices_total", "channel", "stage"),
            "{{channel}} {{stage}}",
        ),
    ),
    graph(
        "From a call to the provider",
        "Time until the provider took a message of high risk.",
        *quantiles("casework_notifications_notice_seconds", 0.5, 0.9),
        unit="s",
        limit=30,
    ),
    graph(
        "Rotas without duty",
        "Nobody but the fallback: now, and for the whole of the next day.",
        Line(largest("casework_notifications_rotas_without_duty", "tier"), "now: {{tier}}"),
        Line(largest("casework_notifications_rotas_empty", "tier"), "all day: {{tier}}"),
        limit=1,
    ),
    graph(
        "Gaps of the next days",
        "Time of the next seven days that is left to a fallback, which nobody meant.",
        Line(largest("casework_notifications_rota_gap_soon_seconds", "tier"), "{{tier}}"),
        unit="s",
    ),
    graph(
        "Referrals and reviews to be told",
        "How long the one that waits longest has been due to be told.",
        Line(largest("casework_notifications_matter_overdue_seconds"), "untold"),
        unit="s",
        limit=60,
    ),
)

BOARD = Board(
    uid="alerts",
    title="Alerts",
    says="From a high risk to a named person who acts. Red lines are those of the alert rules.",
    rows=(NOW, OPEN, SPEED, COURSE, REACHED, CALLS),
)
