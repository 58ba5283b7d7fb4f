"""Raises an alert for a high assessment: one insert, one event."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from nameko.events import EventDispatcher, event_handler

from bench.systems.nameko_peer.database import Mongo


class Notifications:
    """The service that alerts."""

    name = "notifications"
    database = Mongo()
    dispatch = EventDispatcher()

    @event_handler("risk", "risk_assessed")  # type: ignore[untyped-decorator]  # nameko has no types
    def on_risk_assessed(self, assessment: dict[str, Any]) -> None:
        """Raise an alert and tell of it."""
        if assessment["band"] != "high":
            return
        alert = {"referral_id": assessment["referral_id"], "score": assessment["score"]}
        self.database.alerts.insert_one({"_id": uuid4().hex, **alert})
        self.dispatch("alert_raised", alert)
