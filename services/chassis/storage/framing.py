"""What a document holds beside the state of its aggregate: version, receipts, outbox. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.chassis.messaging.outbox import Entry, waiting
from services.chassis.messaging.updates import AT_REST
from services.chassis.storage.mongo import Document

RECEIPTS_KEPT = 500
_OUTBOX = frozenset({"outbox", *AT_REST})
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


def heard(before: Document, seqs: Collection[int]) -> list[int]:
    """Return all that waits in a document if everyone has heard it (`seqs`), and else nothing.

    Only then can it leave by a change: what another process has taken out meanwhile stays out.
    A damaged outbox stays as it is, and keeps nobody from changing its aggregate.
    """
    try:
        found = [stored["seq"] for stored in before.get("outbox", ())]
        return found if seqs and all(seq in seqs for seq in found) else []
    except (TypeError, KeyError):
        return []


def unsaid(before: Document, heard: Collection[int]) -> list[Entry]:
    """Return what waits in a document to be said for the first time."""
    return [each for each in waiting(before) if not (each.was_said or each.seq in heard)]


def change(
    before: Document,
    state: Document,
    said: Sequence[Entry],
    receipt: str | None,
    due: datetime,
    *,
    empties: bool = False,
) -> Document:
    """Return the update that makes another state of a document, with its events and its reason.

    `empties`: what has waited in its outbox leaves with it.
    """
    changed = {name: value for name, value in state.items() if before.get(name) != value}
    gone = {name: "" for name in before if name not in state and name not in _FRAME}
    pushed: Document = {}
    if empties:
        changed["outbox"] = [entry.stored() for entry in said]
        gone |= AT_REST  # all: a relay may have set some since, without a new version
    elif said:
        pushed["outbox"] = {"$each": [entry.stored() for entry in said]}
    if receipt:
        pushed["receipts"] = {"$each": [receipt], "$slice": -RECEIPTS_KEPT}
    lease = _lease(said, due)
    update = {
        "$set": changed | lease,
        "$inc": {"version": 1, "seq": len(said)},
        "$unset": {name: "" for name in gone if name not in lease},
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
