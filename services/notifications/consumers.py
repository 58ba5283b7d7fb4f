"""The event door: what is heard of a case becomes an alert, or changes the one that is open.

Each method is named after its event, as its queue is; neither is ever renamed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.chassis.ids import derived_id, new_reference
from services.chassis.messaging.consume import Heard, hears
from services.notifications.domain.drill import DRILL
from services.notifications.domain.escalation import Kind
from services.notifications.domain.matters import BY, CaseMatters, Referral
from services.notifications.domain.record import Allocation, Assessment, Cause, Lapse
from services.notifications.repository import Alerts, Allocations
from services.notifications.usecases import alerting, drills, matters


class Consumers:
    """The events that this service hears."""

    parts: Any

    @hears("risk_assessed", 1)
    def on_risk_assessed(self, heard: Heard) -> None:
        """Raise an alert of high risk, or bring the open one up to date."""
        self._hear(heard, _assessed(heard), heard.data["assessment_id"])
        data = heard.data
        told = (data["number"], data["band"], data["due_review_at"])
        self._note(heard, lambda known: known.assessed(*told), by="service:risk")

    @hears("referral_submitted", 1)
    def on_referral_submitted(self, heard: Heard) -> None:
        """Wait for somebody to take the referral up."""
        self._note(heard, lambda known: known.referred(_referral(heard, "submitted")))

    @hears("referral_status_changed", 1)
    def on_referral_status_changed(self, heard: Heard) -> None:
        """Wait no longer, or anew, or for somebody to have the case."""
        referral = _referral(heard, heard.data["to"])
        self._note(heard, lambda known: known.referred(referral), by=heard.data["by"])

    @hears("engagement_lapsed", 1)
    def on_engagement_lapsed(self, heard: Heard) -> None:
        """Raise an alert of engagement, or bring the open one up to date."""
        self._hear(heard, _lapsed(heard), heard.envelope.event_id)

    @hears("case_allocated", 1)
    def on_case_allocated(self, heard: Heard) -> None:
        """Remember who has the case, and tell her of its open alerts."""
        holder = heard.data["practitioner_id"]
        allocation, alerts = _allocation(heard, holder), _alerts(self.parts, heard)
        alerting.remember_allocation(
            alerts, _allocations(self.parts, heard), allocation, at=heard.at
        )
        held = (allocation.order, allocation.area)
        self._note(heard, lambda known: known.held(*held), by=holder)
        alerting.tell_holder(alerts, allocation, (Kind.REFERRAL_WAITING,), at=heard.at)

    @hears("case_closed", 1)
    def on_case_closed(self, heard: Heard) -> None:
        """Forget who had the case, and end its engagement alert by the name of who closed it."""
        alerting.close_case(
            _alerts(self.parts, heard),
            _allocations(self.parts, heard),
            _allocation(heard, None),
            by=heard.data["by"],
            at=heard.at,
        )
        order, moment = heard.envelope.seq, heard.envelope.occurred_at
        self._note(heard, lambda known: known.closed(order, moment), by=heard.data["by"])

    @hears("drill_assessed", 1)
    def on_drill_assessed(self, heard: Heard) -> None:
        """Try on a drill what a high assessment leads to."""
        parts = self.parts
        drills.raise_drill(
            parts.drills.under(heard.context),
            parts.policies.of,
            _drilled(heard),
            began_at=heard.data["began_at"],
            at=heard.at,
        )

    def _hear(self, heard: Heard, cause: Cause, unique: str) -> None:
        parts = self.parts
        alert = alerting.hear_cause(
            _alerts(parts, heard),
            parts.allocations,
            parts.policies.of,
            cause,
            id=derived_id("alert", unique),
            reference=new_reference("A"),
            duty_of=parts.duty.of,
            at=heard.at,
        )
        if alert is not None:
            # A second change for the same event: its receipt would stop this one.
            alerts = parts.alerts.under(replace(heard.context, receipt=None))
            alerting.follow_allocation(alerts, parts.allocations, alert, at=heard.at)

    def _note(self, heard: Heard, take_in: matters.TakeIn, *, by: str = BY) -> None:
        data, parts = heard.data, self.parts
        bare = CaseMatters(
            case_id=heard.envelope.case_id, reference=data["case_reference"], area=data["area"]
        )
        matters.hear(
            parts.matters.under(heard.context),
            _alerts(parts, heard),
            bare,
            take_in,
            wait=parts.referral_wait,
            by=by,
            at=heard.at,
        )


def _alerts(parts: Any, heard: Heard) -> Alerts:
    alerts: Alerts = parts.alerts.under(heard.context)
    return alerts


def _allocations(parts: Any, heard: Heard) -> Allocations:
    allocations: Allocations = parts.allocations.under(heard.context)
    return allocations


def _assessed(heard: Heard) -> Cause:
    data = heard.data
    return Cause(
        kind=Kind.HIGH_RISK,
        case_id=heard.envelope.case_id,
        case_reference=data["case_reference"],
        area=data["area"],
        number=data["number"],
        severity=data["band"],
        facts=_assessment(data),
        worsened=data["worsened"],
        source_at=data["source"]["at"],
        by="service:risk",
    )


def _drilled(heard: Heard) -> Cause:
    data = heard.data
    return Cause(
        kind=Kind.HIGH_RISK,
        case_id=DRILL,
        case_reference=DRILL,
        area=DRILL,
        number=data["number"],
        severity=data["band"],
        facts=_assessment(data),
        worsened=data["worsened"],
        source_at=data["began_at"],
        by="service:risk",
    )


def _assessment(data: Any) -> Assessment:
    return Assessment(
        id=data["assessment_id"],
        instrument=data["instrument"],
        band=data["band"],
        previous_band=data["previous_band"],
        score=data["score"],
        score_max_if_unknown=data["score_max_if_unknown"],
        dont_know=data["dont_know"],
        not_stated=data["not_stated"],
        grounds=tuple(data["grounds"]),
        cues=tuple(data["cues"]),
        changed_items=tuple(data["changed_items"]),
        due_review_at=data["due_review_at"],
    )


def _lapsed(heard: Heard) -> Cause:
    data = heard.data
    return Cause(
        kind=Kind.ENGAGEMENT,
        case_id=heard.envelope.case_id,
        case_reference=data["case_reference"],
        area=data["area"],
        number=heard.envelope.seq,
        severity="high" if data["band"] == "high" else "medium",
        facts=Lapse(
            missed_in_a_row=data["missed_in_a_row"],
            last_contact_at=data["last_contact_at"],
            band=data["band"],
        ),
        worsened=False,
        source_at=heard.envelope.occurred_at,
        by="service:sessions",
    )


def _referral(heard: Heard, status: str) -> Referral:
    data, envelope = heard.data, heard.envelope
    return Referral(
        data["referral_id"],
        data["referral_reference"],
        data["area"],
        status,
        envelope.seq,
        envelope.occurred_at,
    )


def _allocation(heard: Heard, practitioner_id: str | None) -> Allocation:
    return Allocation(
        case_id=heard.envelope.case_id,
        reference=heard.data["case_reference"],
        area=heard.data["area"],
        practitioner_id=practitioner_id,
        order=heard.envelope.seq,
    )
