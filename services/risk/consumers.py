"""The event door: what is told of a case is assessed, or ends an insistence.

Each method is named after its event, as its queue is; neither is ever renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.ids import derived_id
from services.chassis.messaging.consume import Heard, hears
from services.risk import usecases
from services.risk.domain.assessment import Judgement, Source, Told
from services.risk.domain.ruleset import Answer, Band
from services.risk.repository import RiskProfiles


class Consumers:
    """The events that this service hears."""

    parts: Any

    @hears("referral_submitted", 1)
    def on_referral_submitted(self, heard: Heard) -> None:
        """Assess what a referral says."""
        data = heard.data
        case = usecases.Referred(heard.envelope.case_id, data["case_reference"], data["area"])
        usecases.assess_referral(
            _profiles(self.parts, heard),
            case,
            _in_referral(heard),
            self.parts.rulebook,
            at=heard.at,
        )

    @hears("session_recorded", 1)
    def on_session_recorded(self, heard: Heard) -> None:
        """Assess again what was disclosed in a session."""
        told, case_id = _in_session(heard), heard.envelope.case_id
        usecases.assess_session(
            _profiles(self.parts, heard), case_id, told, self.parts.rulebook, at=heard.at
        )

    @hears("alert_raised", 1)
    def on_alert_raised(self, heard: Heard) -> None:
        """Stop insisting on an assessment that has become an alert."""
        self._note_alert(heard)

    @hears("alert_reassessed", 1)
    def on_alert_reassessed(self, heard: Heard) -> None:
        """Stop insisting on an assessment that an open alert has taken up."""
        self._note_alert(heard)

    @hears("case_closed", 1)
    def on_case_closed(self, heard: Heard) -> None:
        """Stop the reviews of a closed case."""
        envelope = heard.envelope
        usecases.close_case(_profiles(self.parts, heard), envelope.case_id, at=envelope.occurred_at)

    @hears("drill_begun", 1)
    def on_drill_begun(self, heard: Heard) -> None:
        """Score a drill as a referral would be."""
        parts, data = self.parts, heard.data
        usecases.assess_drill(
            parts.drills.under(heard.context),
            data["number"],
            _in_drill(heard),
            parts.rulebook,
            began_at=data["began_at"],
            at=heard.at,
        )

    def _note_alert(self, heard: Heard) -> None:
        usecases.note_alert(
            _profiles(self.parts, heard), heard.envelope.case_id, heard.data["assessment_id"]
        )


def _profiles(parts: Any, heard: Heard) -> RiskProfiles:
    profiles: RiskProfiles = parts.profiles.under(heard.context)
    return profiles


def _in_referral(heard: Heard) -> Told:
    data, at = heard.data, heard.envelope.occurred_at
    return Told(
        assessment_id=derived_id("assessment", "referral", data["referral_id"]),
        source=Source("referral", data["referral_id"], at, data["agency_id"]),
        instrument=data["instrument"],
        answers=_answers(data["answers"]),
        grade=_band(data["grade"]),
        judgement=_judgement(heard, by=data["agency_id"]),
        incident_count=data["incidents_12_months"],
        is_further_incident=data["further_incident"] == "yes",
        previous_marac_at=data["previous_marac_at"],
    )


def _in_drill(heard: Heard) -> Told:
    data = heard.data
    return Told(
        assessment_id=f"drill-{data['number']}",
        source=Source("drill", heard.envelope.event_id, data["began_at"], "service:referrals"),
        instrument=data["instrument"],
        answers=_answers(data["answers"]),
    )


def _in_session(heard: Heard) -> Told:
    """Return what was disclosed; an incident is dated by the session, and never in the future."""
    data, at = heard.data, heard.envelope.occurred_at
    return Told(
        assessment_id=derived_id("assessment", "session", data["session_id"]),
        source=Source("session", data["session_id"], at, data["practitioner_id"]),
        answers=_answers(data["disclosures"]),
        judgement=_judgement(heard, by=data["practitioner_id"]),
        incident_at=min(data["held_at"], at) if data["incident"] else None,
    )


def _judgement(heard: Heard, *, by: str) -> Judgement | None:
    """Return a judgement without its reasons: those stay where they were written."""
    level = _band(heard.data["professional_judgement"])
    return Judgement(level, by, heard.envelope.occurred_at) if level else None


def _answers(told: Mapping[str, str]) -> dict[str, Answer]:
    return {item: Answer(answer) for item, answer in told.items()}


def _band(told: str | None) -> Band | None:
    return Band(told) if told else None
