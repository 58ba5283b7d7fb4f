"""Examples for the tests of alerts: causes, policies, and a shelf that keeps alerts in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notifications.domain.errors import AlertAlreadyRaised
from services.notifications.domain.escalation import (
    NO_ROTA,
    Duty,
    Kind,
    Policies,
    Policy,
    high_risk_policy,
    other_policy,
)
from services.notifications.domain.model import Alert, Decision
from services.notifications.domain.record import Allocation, Assessment, Cause, Lapse

START = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=5)
REPEAT = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
POLICIES = Policies(
    high_risk=high_risk_policy(step=STEP, repeat=REPEAT, acknowledgement=HOUR, unresolved=DAY),
    other=other_policy(step=DAY, acknowledgement=7 * DAY),
)
CASE = "case-1"


def assessment(**changes: Any) -> Assessment:
    """Return a high assessment with 15 yes and 4 unknown."""
    known = Assessment(
        id="assessment-1",
        instrument="DASH-24",
        band="high",
        previous_band=None,
        score=15,
        score_max_if_unknown=19,
        dont_know=3,
        not_stated=1,
        grounds=("visible_high_risk",),
        cues=("stalking",),
        changed_items=(),
        due_review_at=START + 30 * DAY,
    )
    return replace(known, **changes)


def high_risk(number: int = 1, *, worsened: bool = False, **facts: Any) -> Cause:
    """Return the cause of a high-risk alert: the assessment of a case with this number."""
    scored = assessment(id=f"assessment-{number}", **facts)
    return Cause(
        kind=Kind.HIGH_RISK,
        case_id=CASE,
        case_reference="C-7F3K-9QX2",
        area="london-rbkc",
        number=number,
        severity=scored.band,
        facts=scored,
        worsened=worsened,
        source_at=START - timedelta(seconds=1),
        by="service:risk",
    )


def lapsed(number: int = 1, *, severity: str = "medium", missed: int = 3) -> Cause:
    """Return the cause of an engagement alert."""
    return replace(
        high_risk(number),
        kind=Kind.ENGAGEMENT,
        severity=severity,
        facts=Lapse(missed_in_a_row=missed, last_contact_at=START - 20 * DAY, band=None),
        by="service:sessions",
    )


def allocated(practitioner_id: str | None = "worker-1", order: int = 1) -> Allocation:
    """Return an allocation of the case."""
    return Allocation(CASE, "C-7F3K-9QX2", "london-rbkc", practitioner_id, order)


def raised(cause: Cause | None = None, allocation: Allocation | None = None) -> Alert:
    """Return an alert just raised."""
    cause = cause or high_risk()
    alert, _ = Alert.open(
        cause,
        id=f"alert-{cause.number}",
        reference="A-7F3K-9QX2",
        policy=POLICIES.of(cause.kind),
        allocation=allocation,
        at=START,
    )
    return alert


class Shelf:
    """Keeps alerts in memory as a repository would: one open alert for each case and kind."""

    def __init__(self) -> None:
        self.kept: dict[str, Alert] = {}
        self.said: list[tuple[str, object]] = []
        self.before_create: Callable[[], None] = lambda: None

    def create(self, root: Alert, events: Sequence[object]) -> Alert:
        self.before_create()
        if root.id in self.kept or root.open_key in {a.open_key for a in self.kept.values()}:
            raise AlertAlreadyRaised
        return self._keep(root, events)

    def load(self, key: str) -> Alert:
        return self.kept[key]

    def change(self, key: str, decide: Callable[[Alert], Decision]) -> Alert:
        return self._keep(*decide(self.kept[key]))

    def change_known(self, key: str, decide: Callable[[Alert], Decision]) -> Alert | None:
        return self.change(key, decide) if key in self.kept else None

    def latest(self, case_id: str, kind: Kind) -> Alert | None:
        known = [a for a in self.kept.values() if (a.case_id, a.kind) == (case_id, kind)]
        return max(known, key=lambda alert: alert.number, default=None)

    def names(self) -> list[str]:
        return [type(event).__name__ for _, event in self.said]

    def _keep(self, root: Alert, events: Sequence[object]) -> Alert:
        self.kept[root.id] = root
        self.said += [(root.id, event) for event in events]
        return root


class Register:
    """Remembers allocations in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, Allocation] = {}

    def remember(self, heard: Allocation) -> None:
        known = self.kept.get(heard.case_id, heard)
        self.kept[heard.case_id], _ = known.superseded_by(heard)

    def of_case(self, case_id: str) -> Allocation | None:
        return self.kept.get(case_id)


def policy_of(_area: str, kind: Kind) -> Policy:
    """Return the policy that holds in every area."""
    return POLICIES.of(kind)


def no_rota(_area: str, _at: datetime) -> Duty:
    """Return who is on duty where no area has a rota."""
    return NO_ROTA
