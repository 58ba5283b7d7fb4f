"""What a document holds beside the state of its aggregate: version, receipts, outbox. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.messaging.outbox import Entry, waiting
from services.chassis.storage.mongo import Document

RECEIPTS_KEPT = 500
_OUTBOX = frozenset({"outbox", "outbox_due", "outbox_said", "outbox_heard"})
_FRAME = frozenset({"_id", "version", "seq", "receipts", "saved_as"}) | _OUTBOX


def begun(
    id: str, state: Document, said: Sequence[Entry], receipt: str | None, due: datetime
) -> Document:
    """Return the first document of an aggregate; its events are leased until they are `due`."""
    return {
        "_id": id,
        **state,
        "version": 1,
        "seq": len(said),
        "receipts": [receipt] if receipt else [],
        "outbox": [entry.stored() for entry in said],
        **_lease(said, due),
    }


def unsaid(before: Document) -> list[Entry]:
    """Return what waits in a document to be said for the first time."""
    return [each for each in waiting(before) if not each.was_said]


def change(
    before: Document, state: Document, said: Sequence[Entry], receipt: str | None, due: datetime
) -> Document:
    """Return the update that makes another state of a document, with its events and its reason."""
    changed = {name: value for name, value in state.items() if before.get(name) != value}
    gone = {name: "" for name in before if name not in state and name not in _FRAME}
    pushed: Document = {}
    if said:
        pushed["outbox"] = {"$each": [entry.stored() for entry in said]}
    if receipt:
        pushed["receipts"] = {"$each": [receipt], "$slice": -RECEIPTS_KEPT}
    update = {
        "$set": changed | _lease(said, due),
        "$inc": {"version": 1, "seq": len(said)},
        "$unset": gone,
        "$push": pushed,
    }
    return {operator: told for operator, told in update.items() if told}


def after(before: Document, update: Mapping[str, Mapping[str, Any]]) -> Document:
    """Return what a document has become by such an update."""
    gone = update.get("$unset", {})
    document = {name: value for name, value in before.items() if name not in gone}
    document |= update.get("$set", {})
    for name, count in update["$inc"].items():
        document[name] += count
    for name, more in update.get("$push", {}).items():
        document[name] = [*document.get(name, ()), *more["$each"]][more.get("$slice", 0) :]
    return document


def _lease(said: Sequence[Entry], due: datetime) -> Document:
    return {"outbox_due": due} if said else {}
