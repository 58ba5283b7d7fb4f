"""An open alert whose document is damaged is told by a figure, and holds up no other."""

from __future__ import annotations

from typing import Any

from services.chassis import clock
from tests.integration.notifications.alerts_in_use import Case, Notifications
from tests.integration.notifications.conftest import SHORT
from tests.support import until
from tests.support.measured import measured
from tests.support.stack import Stack

DAMAGED = {"_id": "damaged", "reference": "A-7F3K-9QX2", "is_open": True}
LOST = {"$unset": {"next_step_at": ""}}
UNREADABLE = "casework_notifications_unreadable_alerts"


def test_one_that_cannot_be_read_is_counted_and_the_others_keep_their_watch(
    fresh_stack: Stack, tokens: Any
) -> None:
    url = fresh_stack.start("notifications", **SHORT)
    notifications = Notifications(fresh_stack.broker, fresh_stack.mongo, tokens, url)
    kept = fresh_stack.mongo.database("notifications").notifications
    kept.insert_one({**DAMAGED, "listed_for": ["overseer"], "raised_at": clock.now()})
    alert = notifications.raised(Case())
    until(lambda: kept.update_one({"_id": alert_id(kept, alert)}, LOST).modified_count)
    until(lambda: steps(notifications, alert).count("step_restored") == 1, within=30)
    until(lambda: measured(url, UNREADABLE) == 1, within=30)
    assert "open_alert_unreadable" in fresh_stack.log("notifications")


def alert_id(kept: Any, alert: dict[str, Any]) -> str:
    """Return the id of an alert that has a next step now."""
    found = kept.find_one({"reference": alert["reference"], "next_step_at": {"$exists": True}})
    return str(found["_id"])


def steps(notifications: Notifications, alert: dict[str, Any]) -> list[str]:
    """Return what has happened to an alert."""
    return [step["what"] for step in notifications.read(alert)["history"]]
