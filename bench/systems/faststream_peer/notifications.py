"""Raises an alert for a high assessment: one insert, one event."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import uvloop
from faststream import FastStream

from bench.systems.faststream_peer.parts import events_of, heard_by, new_broker, new_database

broker = new_broker()
app = FastStream(broker, logger=None)
database = new_database("notifications")
risk_assessed = heard_by("notifications", "risk_assessed")
alert_raised = broker.publisher(
    exchange=events_of("notifications"), routing_key="alert_raised", persist=True
)


@broker.subscriber(risk_assessed, events_of("risk"))  # type: ignore[untyped-decorator]  # mypy skips FastStream: only make bench has it
async def on_risk_assessed(assessment: dict[str, Any]) -> None:
    """Raise an alert and tell of it."""
    if assessment["band"] != "high":
        return
    alert = {"referral_id": assessment["referral_id"], "score": assessment["score"]}
    await database.alerts.insert_one({"_id": uuid4().hex, **alert})
    await alert_raised.publish(alert)


if __name__ == "__main__":
    uvloop.run(app.run())
