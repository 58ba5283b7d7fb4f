"""The event door: what became of the case becomes visible on its referrals.

Each method is named after its event, as its queue is; neither is ever renamed.
"""

from __future__ import annotations

from typing import Any

from services.chassis.messaging.consume import Heard, hears
from services.referrals import usecases
from services.referrals.repository import Referrals


class Consumers:
    """The events that this service hears."""

    parts: Any

    @hears("risk_assessed", 1)
    def on_risk_assessed(self, heard: Heard) -> None:
        """Show the newest band in the worklist."""
        data = heard.data
        usecases.hear_assessment(
            _referrals(self.parts, heard), data["case_reference"], data["band"], data["number"]
        )

    @hears("session_recorded", 1)
    def on_session_recorded(self, heard: Heard) -> None:
        """Mark work as begun at the first session that she came to."""
        data = heard.data
        usecases.hear_session(
            _referrals(self.parts, heard),
            data["case_reference"],
            attendance=data["attendance"],
            by=data["practitioner_id"],
            held_at=data["held_at"],
            said_at=heard.envelope.occurred_at,
            at=heard.at,
        )

    @hears("case_closed", 1)
    def on_case_closed(self, heard: Heard) -> None:
        """Close the referrals that the case was open for."""
        data = heard.data
        usecases.hear_closure(
            _referrals(self.parts, heard),
            data["case_reference"],
            by=data["by"],
            closed_at=heard.envelope.occurred_at,
            at=heard.at,
        )

    @hears("drill_raised", 1)
    def on_drill_raised(self, heard: Heard) -> None:
        """Close the circle of a drill."""
        data = heard.data
        usecases.hear_drill(
            self.parts.drills.under(heard.context),
            data["number"],
            began_at=data["began_at"],
            outcome=data["outcome"],
            at=heard.at,
        )


def _referrals(parts: Any, heard: Heard) -> Referrals:
    referrals: Referrals = parts.referrals.under(heard.context)
    return referrals
