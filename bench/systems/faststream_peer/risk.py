"""Scores a referral: one insert, one event."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import uvloop
from faststream import FastStream

from bench.systems import dash
from bench.systems.faststream_peer.parts import events_of, heard_by, new_broker, new_database

broker = new_broker()
app = FastStream(broker, logger=None)
database = new_database("risk")
referral_submitted = heard_by("risk", "referral_submitted")
risk_assessed = broker.publisher(
    exchange=events_of("risk"), routing_key="risk_assessed", persist=True
)


@broker.subscriber(referral_submitted, events_of("referrals"))  # type: ignore[untyped-decorator]  # mypy skips FastStream: only make bench has it
@risk_assessed  # type: ignore[untyped-decorator]  # mypy skips FastStream: only make bench has it
async def on_referral_submitted(event: dict[str, Any]) -> dict[str, Any]:
    """Assess a referral and tell the result."""
    score = dash.score(event["answers"])
    assessment = {"referral_id": event["referral_id"], "score": score, "band": dash.band(score)}
    await database.assessments.insert_one({"_id": uuid4().hex, **assessment})
    return assessment


if __name__ == "__main__":
    uvloop.run(app.run())
