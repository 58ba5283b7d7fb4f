"""Scores a referral: one insert, one event."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from nameko.events import EventDispatcher, event_handler

from bench.systems import dash
from bench.systems.nameko_peer.database import Mongo


class Risk:
    """The service that assesses."""

    name = "risk"
    database = Mongo()
    dispatch = EventDispatcher()

    @event_handler("referrals", "referral_submitted")  # type: ignore[untyped-decorator]  # nameko has no types
    def on_referral_submitted(self, event: dict[str, Any]) -> None:
        """Assess a referral and tell the result."""
        score = dash.score(event["answers"])
        assessment = {
            "referral_id": event["referral_id"],
            "score": score,
            "band": dash.band(score),
        }
        self.database.assessments.insert_one({"_id": uuid4().hex, **assessment})
        self.dispatch("risk_assessed", assessment)
