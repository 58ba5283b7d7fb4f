"""Raising alerts as risk would, and seeing them arrive on a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from services.chassis.clock import now
from services.chassis.ids import derived_id, new_id, new_reference
from tests.integration.portal.door import Inbox
from tests.support import publish, until

EXAMPLES = Path(__file__).parents[3] / "services" / "contracts" / "examples"
ALERTS = "/api/v1/alerts"


def assess(broker: Any, area: str = "cluj", case: str | None = None, **data: Any) -> str:
    """Say that a case, a new one unless it is given, is at high risk; return its reference."""
    told = json.loads((EXAMPLES / "risk_assessed.v1.json").read_text(encoding="utf-8"))
    case, at = case or new_reference("C"), now()
    told |= {"event_id": new_id(), "case_id": derived_id(case), "occurred_at": at.isoformat()}
    told["data"] |= {
        "assessment_id": new_id(),
        "case_reference": case,
        "area": area,
        "due_review_at": (at + timedelta(days=7)).isoformat(),
    }
    told["data"]["source"]["at"] = at.isoformat()
    told["data"] |= data
    publish(broker, "risk.events", "risk_assessed.v1", told)
    return case


def shown(opened: Inbox, case: str, event: str = "alert_raised") -> Mapping[str, Any]:
    """Wait until an event of a case is on a stream; return its data."""

    def found() -> Any:
        told = [json.loads(each["data"]) for each in opened.named(event)]
        return next((data for data in told if data["case_reference"] == case), None)

    data: Mapping[str, Any] = until(found, within=10)
    return data


def raised(broker: Any, web: httpx.Client, area: str = "cluj") -> Mapping[str, Any]:
    """Raise an alert and return it as its list shows it."""
    case = assess(broker, area)

    def listed() -> Any:
        items = web.get(ALERTS, params={"case": case}).json()["items"]
        return items[0] if items else None

    alert: Mapping[str, Any] = until(listed, within=10)
    return alert
