"""Events as other services say them, for cases that only one test knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.chassis import clock
from services.chassis.ids import new_id, new_reference
from tests.support import example, publish, until
from tests.support.bus import Bus

HIGH = {"professional_judgement": "high"}
CALM = {"professional_judgement": None, "incidents_12_months": None, "answers": {}}
"""What makes a referral say nothing that would raise its level."""


class Case:
    """A case of a test's own, and what others say about it."""

    def __init__(self, broker: Bus, area: str = "perugia") -> None:
        self.broker, self.area = broker, area
        self.id, self.reference = new_id(), new_reference("C")

    def referred(self, **data: Any) -> dict[str, Any]:
        """Publish that a partner agency has referred her."""
        told = {"referral_id": new_id(), "referral_reference": new_reference("R"), **data}
        return self.say("referral_submitted", "referrals", **told)

    def met(self, headers: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
        """Publish that a session was held, in which nothing was disclosed unless told."""
        nothing = {"disclosures": {}, "incident": False, "professional_judgement": None}
        told = {"session_id": new_id(), "held_at": clock.now().isoformat(), **nothing, **data}
        return self.say("session_recorded", "sessions", headers, **told)

    def alerted(self, assessment_id: str) -> dict[str, Any]:
        """Publish that an alert was raised for an assessment."""
        return self.say("alert_raised", "notifications", assessment_id=assessment_id)

    def say(
        self, type: str, publisher: str, headers: dict[str, Any] | None = None, **data: Any
    ) -> dict[str, Any]:
        """Publish an event like the published example, about this case."""
        event = example(type)
        about = {"case_reference": self.reference, "area": self.area}
        event |= {
            "event_id": new_id(),
            "case_id": self.id,
            "occurred_at": clock.now().isoformat(),
            "data": {**event["data"], **about, **data},
        }
        self.repeat(event, publisher, headers)
        return event

    def repeat(
        self, event: dict[str, Any], publisher: str, headers: dict[str, Any] | None = None
    ) -> None:
        """Publish an event, perhaps one that was published before."""
        key = f"{event['type']}.v1"
        publish(self.broker, f"{publisher}.events", key, event, headers=headers)

    def assessed(self, heard: Sequence[Any], times: int = 1, within: float = 5.0) -> list[Any]:
        """Wait until the case has been assessed so many times; return the announcements."""

        def about_her() -> list[Any]:
            return [event for event in list(heard) if event["case_id"] == self.id]

        until(lambda: len(about_her()) >= times, within)
        return about_her()
