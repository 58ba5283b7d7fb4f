"""The one drill, as it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.storage.mongo import Document
from services.chassis.storage.standing import Standing
from services.notifications.domain.drill import DRILL, Drill


class Drills(Standing[Drill]):
    """The drill, among no alerts: in a collection of its own."""

    collection = "drills"
    key = DRILL

    def document(self, root: Drill) -> Document:
        """Return the drill as fields."""
        return {"number": root.number, "reference": root.reference, "case_id": root.case_id}

    def root(self, document: Mapping[str, Any]) -> Drill:
        """Return the drill that the document holds."""
        return Drill(document["number"])
