"""Who has each case, as last heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from services.chassis.auth import Principal
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document
from services.chassis.storage.refusals import Taken
from services.chassis.storage.scope import NOTHING
from services.notifications.domain.record import Allocation


class Allocations(Repository[Allocation]):
    """Who has each case, as last heard; read by case id only."""

    collection = "allocations"

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Show nobody anything: no door leads here."""
        del principal
        return NOTHING

    def remember(self, heard: Allocation) -> None:
        """Remember who has a case, unless something later is known of it."""
        try:
            self.create(heard, ())
        except Taken:
            self.change(heard.case_id, lambda known: known.superseded_by(heard))

    def of_case(self, case_id: str) -> Allocation | None:
        """Return who has a case, if that has been heard."""
        return self.find({"_id": case_id})

    def document(self, root: Allocation) -> Document:
        """Return an allocation as fields."""
        return asdict(root)

    def root(self, document: Mapping[str, Any]) -> Allocation:
        """Return the allocation that a document holds."""
        known = (field.name for field in fields(Allocation) if field.name in document)
        return Allocation(**{name: document[name] for name in known})
