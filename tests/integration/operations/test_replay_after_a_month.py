"""What was applied once may be replayed at any time, also when its receipt is long gone.

For each service, in its own database and through its own event doors: the course of a case is
heard, 31 days pass in which so much happens that no receipt is left, and each event of the course
comes once more. Nothing that is known may change, and nothing may be said.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.local.keys import Keys
from services.chassis.ids import derived_id
from services.notifications.domain.escalation import Kind
from services.notifications.usecases import alerting as alerts
from services.referrals import usecases as referrals
from services.referrals.domain.model import Actor, Referral
from services.referrals.domain.states import Verdict
from tests.integration.operations.a_month import (
    A_MONTH,
    BEGAN,
    CASE,
    DAY,
    FIRST,
    SECOND,
    Service,
    events_heard_by,
    said,
)
from tests.unit.referrals.referral_examples import POLICE, intake

Course = list[dict[str, Any]]
MAYA = Actor("maya")
DRILLS = {"drill_begun", "drill_assessed"}
"""Said a minute apart, of nobody: who began them takes each answer once."""


def assessment(number: int, **data: Any) -> dict[str, Any]:
    """Return the case's assessment of this number, made on the day of this number."""
    told = {"assessment_id": f"assessment-{number}", "number": number, "worsened": False}
    return said("risk_assessed", number, number, **told, **data)


def in_sessions(service: Service) -> Course:
    """Two referrals, an alert that is told for days and then resolved, and a second one."""
    repeated = [
        said("alert_escalated", 0.1 * n, 10 + n, level=2, reason="not_acknowledged")
        for n in range(1, 5)
    ]
    moves = [(1, "accepted", 2), (5, "closed", 3), (9, "reopened", 4)]
    course = [
        said("referral_submitted", 0, 1, referral_reference=FIRST),
        assessment(1, band="high"),
        said("alert_raised", 0.01, 1),
        *repeated,
        said("alert_delivered", 0.5, 20),
        said("alert_delivery_failed", 0.51, 21),
        said("alert_delivery_failed", 0.52, 22),
        said("alert_acknowledged", 0.6, 23),
        said("alert_actioned", 0.7, 24),
        said("alert_resolved", 0.8, 25),
        *(
            said("referral_status_changed", day, seq, referral_reference=FIRST, to=to)
            for day, to, seq in moves
        ),
        said("alert_reassessed", 6, 26),
        assessment(7, band="medium"),
        said("referral_submitted", 10, 1, referral_reference=SECOND, area="cluj"),
    ]
    return service.live(course)


def in_risk(service: Service) -> Course:
    """A referral, a session with disclosures, an end, and a referral again."""
    first, second = derived_id("referral", "1"), derived_id("referral", "2")
    course = [
        said("referral_submitted", 0, 1, referral_id=first, referral_reference=FIRST),
        said("alert_raised", 0.1, 1, assessment_id=derived_id("assessment", "referral", first)),
        said("session_recorded", 2, 2, disclosures={"strangulation": "yes"}, incident=True),
        said("case_closed", 5, 3),
        said("referral_submitted", 10, 1, referral_id=second, referral_reference=SECOND),
        said("alert_reassessed", 11, 2, assessment_id=derived_id("assessment", "referral", first)),
    ]
    return service.live(course)


def in_referrals(service: Service) -> Course:
    """A referral from its acceptance to its reopening, and another one that was just accepted."""
    refer(service, 1, 0)
    case = only(service).case_reference
    decide(service, 1, Verdict.ACCEPT, 1)
    heard = service.live(
        [
            assessment(2, case_reference=case),
            said("session_recorded", 3, 2, case_reference=case, held_at=at(3), attendance="late"),
            said("case_closed", 5, 3, case_reference=case),
        ]
    )
    decide(service, 1, Verdict.REOPEN, 8)
    refer(service, 2, 9)
    decide(service, 2, Verdict.ACCEPT, 10)
    drill(service)
    back = said("drill_raised", 10.1, 1, number=1, began_at=at(10))
    return [*heard, *service.live([back, assessment(11, case_reference=case)])]


def in_notifications(service: Service) -> Course:
    """An alert that was resolved, one that is open, a lapse ended by closing, and a lapse again."""
    about = {"referral_reference": FIRST}
    heard = service.live(
        [
            said("referral_submitted", 0, 1, **about),
            said("case_allocated", 0, 1, practitioner_id="ana"),
            said("referral_status_changed", 0.5, 2, to="accepted", **about),
            assessment(1),
        ]
    )
    resolve(service, 1.5)
    course = [
        assessment(2, band="medium"),
        said("engagement_lapsed", 3, 4, band="medium"),
        said("case_closed", 5, 5, by="maya"),
        assessment(6, band="high"),
        said("case_allocated", 7, 8, practitioner_id="bea"),
        said("engagement_lapsed", 9, 9, band="high"),
    ]
    return [*heard, *service.live(course)]


COURSES: dict[str, Callable[[Service], Course]] = {
    "sessions": in_sessions,
    "risk": in_risk,
    "referrals": in_referrals,
    "notifications": in_notifications,
}


@pytest.mark.parametrize("name", COURSES)
def test_a_replay_after_a_month_has_no_second_effect(
    name: str, mongo: Any, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLIND_INDEX_KEY_FILE", str(Path(keys.blind_index)))
    service = Service(name, mongo)
    heard = COURSES[name](service)
    assert {event["type"] for event in heard} == events_heard_by(name) - DRILLS
    service.clock.at = BEGAN + A_MONTH
    service.forget_receipts()
    before = service.state()
    for event in heard:
        service.hear(event)
        assert service.state() == before, f"{event['type']} {event['seq']} had a second effect"


def at(day: float) -> str:
    return (BEGAN + day * DAY).isoformat()


def refer(service: Service, number: int, day: float) -> None:
    service.clock.at = BEGAN + day * DAY
    told = {} if number == 1 else {"agency_reference": f"ref-{number}"}
    referrals.submit_referral(
        service.parts.referrals,
        service.parts.strongbox,
        intake(**told),
        id=f"referral-{number}",
        reference=(FIRST, SECOND)[number - 1],
        areas=service.parts.areas,
        by=POLICE,
        at=service.clock.at,
    )


def only(service: Service) -> Referral:
    return service.parts.referrals.load("referral-1")


def decide(service: Service, number: int, verdict: Verdict, day: float) -> None:
    at_that_time = BEGAN + day * DAY
    service.parts.referrals.change(
        f"referral-{number}", lambda found: found.decide(verdict, by=MAYA, at=at_that_time)
    )


def drill(service: Service) -> None:
    """Begin the drill that comes back."""
    referrals.turn_drill(service.parts.drills, every=service.parts.drill_every, at=BEGAN + 10 * DAY)


def resolve(service: Service, day: float) -> None:
    """Have a person end the alert of the case."""
    found = service.parts.alerts.latest(CASE, Kind.HIGH_RISK)
    moment = BEGAN + day * DAY
    alerts.acknowledge_alert(service.parts.alerts, found.reference, by="ana", at=moment)
    alerts.resolve_alert(
        service.parts.alerts, found.reference, "opened_in_error", by="ana", at=moment
    )
