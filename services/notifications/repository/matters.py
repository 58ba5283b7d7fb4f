"""What each case waits for, in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, ClassVar

from services.chassis.auth import Principal
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape
from services.chassis.storage.queries import but
from services.chassis.storage.scope import NOTHING
from services.notifications.domain.matters import CaseMatters, Referral, Watch

DUE = Shape("matters_due", index="due", sort=(("due_at", 1),), range=("due_at",))


class Matters(Repository[CaseMatters]):
    """One document for each case; `due_at` is there only while something is to be told."""

    collection = "matters"
    SHAPES: ClassVar[tuple[Shape, ...]] = (DUE,)
    INDEXES: ClassVar[tuple[Index, ...]] = (Index("due", (("due_at", 1),), sparse=True),)

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Show nobody anything: no door leads here."""
        del principal
        return NOTHING

    def overdue(
        self, at: datetime, limit: int, without: Collection[str] = ()
    ) -> dict[str, datetime]:
        """Return the ids of cases of which something is to be told, with when; the oldest first.

        Ids, because one document that cannot be read must not keep the others from being told.
        """
        due = self._documents.find(but({"due_at": {"$lte": at}}, without), {"due_at": 1})
        return {each["_id"]: each["due_at"] for each in due.sort("due_at", 1).limit(limit)}

    def document(self, root: CaseMatters) -> Document:
        """Return what a case waits for as fields."""
        stored = asdict(root) | {"referrals": [asdict(each) for each in root.referrals]}
        return stored if root.due_at is None else {**stored, "due_at": root.due_at}

    def root(self, document: Mapping[str, Any]) -> CaseMatters:
        """Return what a case waits for out of its document."""
        plain = {each.name: document[each.name] for each in fields(CaseMatters)}
        own = {
            "referrals": tuple(Referral(**each) for each in document["referrals"]),
            "waiting": Watch(**document["waiting"]),
            "review": Watch(**document["review"]),
        }
        return CaseMatters(**{**plain, **own})
