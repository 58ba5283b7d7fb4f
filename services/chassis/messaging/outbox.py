"""From what a service wants to say to the entries that wait in the aggregate's document."""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection

from services.chassis.context import Context, child_traceparent
from services.chassis.ids import new_id
from services.contracts.catalogue import write
from services.contracts.envelope import Announcement, Envelope, encode

Update = tuple[dict[str, Any], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One event on its way: written once as text, published as it stands.

    `seq` counts the events of its aggregate, so that they leave in order.
    """

    aggregate_id: str
    seq: int
    event_id: str
    routing_key: str
    body: str
    occurred_at: datetime

    def stored(self) -> dict[str, Any]:
        """Return the form kept in the document's `outbox`."""
        return {
            "seq": self.seq,
            "event_id": self.event_id,
            "routing_key": self.routing_key,
            "body": self.body,
            "occurred_at": self.occurred_at,
        }


def restore(aggregate_id: str, stored: dict[str, Any]) -> Entry:
    """Return an entry as it was before it was stored."""
    return Entry(aggregate_id, **stored)


def entries(
    said: Sequence[Announcement],
    *,
    producer: str,
    aggregate_id: str,
    case_id: str,
    after_seq: int,
    context: Context,
    at: datetime,
) -> tuple[Entry, ...]:
    """Put announcements in envelopes, numbered on from `after_seq`.

    Raises:
        UnknownEvent, ContractBroken: what is said is not in the published language.

    """
    return tuple(
        _entry(item, producer, aggregate_id, case_id, after_seq + number, context, at)
        for number, item in enumerate(said, start=1)
    )


def _entry(
    said: Announcement,
    producer: str,
    aggregate_id: str,
    case_id: str,
    seq: int,
    context: Context,
    at: datetime,
) -> Entry:
    envelope = Envelope(
        event_id=said.event_id or new_id(),
        type=said.type,
        version=said.version,
        occurred_at=at,
        producer=producer,
        case_id=case_id,
        seq=seq,
        correlation_id=context.correlation_id,
        causation_id=context.causation_id,
        traceparent=child_traceparent(context.traceparent),
        data=write(said),
    )
    body = encode(envelope)
    return Entry(aggregate_id, seq, envelope.event_id, envelope.routing_key, body, at)


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits to be published, and since when (None: nothing waits)."""

    aggregates: int
    oldest_at: datetime | None


class Outbox:
    """The waiting events of one collection, inside the documents that they belong to.

    A document with waiting events has `outbox_due`: the moment from which any relay may take them.
    The process that commits gets a lease with the commit itself, so the normal way needs no claim.
    """

    def __init__(self, collection: Collection[dict[str, Any]], lease: timedelta) -> None:
        self.name = collection.name
        self.lease = lease
        self._collection = collection

    def claim(self, now: datetime, limit: int) -> list[Entry]:
        """Take over what is due: each document by one compare-and-set, so only one relay has it.

        A document that is due and has nothing to say is put right, or it would be due for ever.
        """
        due = self._collection.find({"outbox_due": {"$lte": now}}, {"outbox": 1, "outbox_due": 1})
        taken: list[Entry] = []
        for document in due.sort("outbox_due", 1).limit(limit):
            if not document.get("outbox"):
                self._collection.update_one(*_rest(document["_id"]))
            elif self._take(document, now):
                taken += [restore(document["_id"], stored) for stored in document["outbox"]]
        return taken

    def confirm(self, confirmed: Mapping[str, Some[int]]) -> None:
        """Remove what the bus has confirmed, by aggregate id and `seq`, and nothing else.

        Confirmed is confirmed, whoever published it: this needs no lease. One round trip, where no
        aggregate has more to say than what is confirmed.
        """
        told = [(aggregate_id, sorted(seqs)) for aggregate_id, seqs in confirmed.items()]
        if self._apply([_emptied(*each) for each in told]) < len(told):
            rested = [_rest(aggregate_id) for aggregate_id in confirmed]
            self._apply([*(_pulled(*each) for each in told), *rested])

    def _apply(self, updates: Sequence[Update]) -> int:
        """Make updates in one round trip, and return how many found their document."""
        operations = [UpdateOne(*update) for update in updates]
        if not operations:
            return 0
        return self._collection.bulk_write(operations, ordered=False).matched_count

    def put_off(self, aggregate_id: str, until: datetime) -> None:
        """Let nobody try this aggregate's events before a moment."""
        self._collection.update_one(
            {"_id": aggregate_id, "outbox_due": {"$lt": until}}, {"$set": {"outbox_due": until}}
        )

    def backlog(self, now: datetime) -> Backlog:
        """Return how much waits; read for metrics, never on the way of an event."""
        waiting = list(
            self._collection.find(
                {"outbox_due": {"$gte": datetime.min.replace(tzinfo=now.tzinfo)}},
                {"outbox.occurred_at": 1},
            ).limit(10_000)
        )
        moments = [entry["occurred_at"] for doc in waiting for entry in doc.get("outbox", [])[:1]]
        return Backlog(len(waiting), min(moments, default=None))

    def _take(self, document: Mapping[str, Any], now: datetime) -> bool:
        mine = {"_id": document["_id"], "outbox_due": document["outbox_due"]}
        lease = {"$set": {"outbox_due": now + self.lease}}
        return self._collection.update_one(mine, lease).modified_count == 1


def _emptied(aggregate_id: str, seqs: Sequence[int]) -> Update:
    """Return what empties an outbox that holds exactly these, each of which is there once."""
    exactly = {"outbox": {"$size": len(seqs)}, "outbox.seq": {"$all": list(seqs)}}
    return {"_id": aggregate_id, **exactly}, {"$set": {"outbox": []}, "$unset": {"outbox_due": ""}}


def _pulled(aggregate_id: str, seqs: Sequence[int]) -> Update:
    confirmed = {"$in": list(seqs)}
    found = {"_id": aggregate_id, "outbox.seq": confirmed}
    return found, {"$pull": {"outbox": {"seq": confirmed}}}


def _rest(aggregate_id: str) -> Update:
    """Return what takes an empty outbox from those that wait."""
    empty = {"_id": aggregate_id, "outbox": [], "outbox_due": {"$exists": True}}
    return empty, {"$unset": {"outbox_due": ""}}
