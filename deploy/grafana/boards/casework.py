"""What comes in and what is done with it, in numbers that name nobody."""

from __future__ import annotations

from deploy.grafana.boards.expressions import increase
from deploy.grafana.panels import Board, Line, Panel, figure, graph, row

DAY = "1d"


def today(title: str, says: str, counter: str) -> Panel:
    """Return by how much a counter grew in the last 24 hours."""
    return figure(title, says, Line(f"sum(increase({counter}[{DAY}])) or vector(0)"))


LAST_DAY = row(
    "In the last 24 hours",
    today("Referrals", "Referrals stored for good.", "casework_referrals_accepted_total"),
    today("Assessments", "Assessments of risk made.", "casework_risk_assessments_total"),
    today("Alerts", "Alerts raised, of both kinds.", "casework_notifications_raised_total"),
    today("Sessions", "Outreach sessions recorded.", "casework_sessions_recorded_total"),
)

REFERRALS = row(
    "Referrals",
    graph(
        "By area",
        "Referrals stored for good.",
        Line(increase("casework_referrals_accepted_total", "area"), "{{area}}"),
    ),
    graph(
        "By instrument",
        "Which assessment the agencies work with.",
        Line(increase("casework_referrals_accepted_total", "instrument"), "{{instrument}}"),
    ),
    graph(
        "Refused by a rule",
        "Submissions and decisions that were refused, by why; many of one kind: ask the agency.",
        Line(increase("casework_referrals_refusals_total", "reason"), "{{reason}}"),
    ),
    graph(
        "Referred before",
        "Women referred within the twelve months before, and referrals sent twice.",
        Line(increase("casework_referrals_repeats_flagged_total", "area"), "again: {{area}}"),
        Line(increase("casework_referrals_replays_total"), "sent twice"),
    ),
)

RISK = row(
    "Risk",
    graph(
        "Assessments by band",
        "The band of the case after each assessment.",
        Line(increase("casework_risk_assessments_total", "band"), "{{band}}"),
    ),
    graph(
        "Assessments by what led to them",
        "A referral, a session, or a person's judgement.",
        Line(increase("casework_risk_assessments_total", "source"), "{{source}}"),
    ),
    graph(
        "Raised by judgement",
        "Assessments whose level is higher by professional judgement than without it.",
        Line(increase("casework_risk_judgement_raised_total"), "raised"),
    ),
)

SESSIONS = row(
    "Sessions",
    graph(
        "By attendance",
        "Sessions recorded.",
        Line(increase("casework_sessions_recorded_total", "attendance"), "{{attendance}}"),
    ),
    graph(
        "Approaches",
        "What was used in sessions that took place.",
        Line(increase("casework_sessions_approaches_total", "approach"), "{{approach}}"),
    ),
    graph(
        "Reasons to reach out",
        "Times that missed sessions asked for reaching out to her.",
        Line(increase("casework_sessions_lapses_total"), "reach out"),
    ),
)

BOARD = Board(
    uid="casework",
    title="Casework",
    says="What comes in and what is done with it. Nothing here names a case or a person.",
    rows=(LAST_DAY, REFERRALS, RISK, SESSIONS),
)
