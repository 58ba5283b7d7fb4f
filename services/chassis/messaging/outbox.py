"""From what a service wants to say to the entries that wait in the aggregate's document."""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pymongo import UpdateMany
from pymongo.collection import Collection

from services.chassis.context import Context
from services.chassis.ids import new_id
from services.chassis.logs import describe, get_logger
from services.chassis.messaging import updates
from services.contracts.catalogue import write
from services.contracts.envelope import Announcement, Envelope, encode

LATEST_DUE = timedelta(minutes=20)
MEASURED = 10_000
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event on its way: written once as text, published as it stands.

    `seq` counts the events of its aggregate, so that they leave in order. `was_said` tells that it
    has been on the bus before, and that somebody who is to hear it has not confirmed that.
    """

    aggregate_id: str
    seq: int
    event_id: str
    routing_key: str
    body: str
    occurred_at: datetime
    was_said: bool = False

    def stored(self) -> dict[str, Any]:
        """Return the form kept in the document's `outbox`."""
        return {
            "seq": self.seq,
            "event_id": self.event_id,
            "routing_key": self.routing_key,
            "body": self.body,
            "occurred_at": self.occurred_at,
        }


def waiting(document: Mapping[str, Any]) -> list[Entry]:
    """Return the entries of a document's outbox, in the order they were said."""
    said = document.get("outbox_said", 0)
    return [
        Entry(document["_id"], **stored, was_said=stored["seq"] <= said)
        for stored in document.get("outbox", ())
    ]


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


def versions(said: Announcement | Sequence[Announcement]) -> Sequence[Announcement]:
    """Return what is said of one event, in each version; all have one id, and are heard once."""
    if isinstance(said, Announcement):
        return (said,)
    event_id = next((each.event_id for each in said if each.event_id), None) or new_id()
    return [replace(each, event_id=event_id) for each in said]


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
        traceparent=context.traceparent or None,
        data=write(said),
    )
    body = encode(envelope)
    return Entry(aggregate_id, seq, envelope.event_id, envelope.routing_key, body, at)


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who has confirmed an event (`by`), out of `all` who are to hear it."""

    aggregate_id: str
    seq: int
    by: frozenset[str]
    all: frozenset[str]


@dataclass(frozen=True, slots=True)
class Said:
    """The last words of an aggregate are on the bus, up to `seq`; to be said again when `due`."""

    aggregate_id: str
    seq: int
    due: datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many aggregates wait to be published, how many to be heard, and since when.

    None: nothing waits. What left a moment ago counts as waiting to be published until its hearers
    have answered, or are late.
    """

    unsaid: int
    unsaid_since: datetime | None
    unheard: int
    unheard_since: datetime | None


class Outbox:
    """The waiting events of one collection, inside the documents that they belong to.

    An event stays until everyone who is to hear it has confirmed that. A document with waiting
    events has `outbox_due`: the moment from which any relay may take them. The process that commits
    gets a lease with the commit itself, so the normal way needs no claim. `outbox_said` is the
    highest `seq` known to be on the bus; `outbox_heard` has `seq:hearer` for those who were first
    to confirm. `unreadable` are the documents of which this process could not read the outbox.
    """

    def __init__(self, collection: Collection[dict[str, Any]], lease: timedelta) -> None:
        self.name = collection.name
        self.unreadable: set[str] = set()
        self.lease = lease
        self._collection = collection

    def claim(self, now: datetime, limit: int) -> list[Entry]:
        """Take over what is due: each document by one compare-and-set, so only one relay has it.

        A document that is due and has nothing to say is put right, or it would be due for ever.
        """
        return self._claim({"$lte": now}, now, limit)

    def claim_far_off(self, now: datetime, limit: int) -> list[Entry]:
        """Take over what is due later than anything may be: a clock since put back has said so."""
        return self._claim({"$gt": now + LATEST_DUE}, now, limit)

    def _claim(self, due: Mapping[str, datetime], now: datetime, limit: int) -> list[Entry]:
        fields = {"outbox": 1, "outbox_due": 1, "outbox_said": 1}
        found = self._collection.find({"outbox_due": due}, fields)
        taken: list[Entry] = []
        for document in found.sort("outbox_due", 1).limit(limit):
            if not document.get("outbox"):
                self._apply(updates.rested([document["_id"]]))
            elif self._take(document, now):
                taken += self._readable(document)
        return taken

    def _readable(self, document: Mapping[str, Any]) -> list[Entry]:
        """Return what waits in a document; a damaged one is told, and holds up no other."""
        aggregate_id = str(document["_id"])
        try:
            found = waiting(document)
        except (TypeError, KeyError, AttributeError) as error:
            self._note_unreadable(aggregate_id, error)
            return []
        self.unreadable.discard(aggregate_id)
        return found

    def _note_unreadable(self, aggregate_id: str, error: Exception) -> None:
        if aggregate_id not in self.unreadable:
            self.unreadable.add(aggregate_id)
            told = {"collection": self.name, "aggregate_id": aggregate_id}
            _log.error("outbox_unreadable", **told, kind=describe(error))

    def confirm(self, confirmed: Mapping[str, Some[int]]) -> None:
        """Remove what needs no more telling, by aggregate id and `seq`, and nothing else.

        Confirmed is confirmed, whoever published it: this needs no lease. Mostly nothing else is
        there; only where something was, or an aggregate is gone, these are taken out one by one.
        """
        numbers = updates.alike((tuple(sorted(seqs)), each) for each, seqs in confirmed.items())
        emptied = self._apply([updates.emptied(ids, seqs) for seqs, ids in numbers.items()])
        if emptied < len(confirmed):
            taken_out = [updates.removed(ids, seqs) for seqs, ids in numbers.items()]
            self._apply([*taken_out, *updates.rested(list(confirmed))])

    def hear(self, heard: Sequence[Hearing]) -> None:
        """Note who has confirmed what; an event that all of its hearers confirmed leaves.

        For hearers that confirm apart from each other, perhaps to different processes of ours.
        """
        told = updates.alike(((each.seq, each.by, each.all), each.aggregate_id) for each in heard)
        noted = [update for key, ids in told.items() for update in updates.noted(ids, *key)]
        self._apply([*noted, *updates.rested([each.aggregate_id for each in heard])])

    def keep(self, said: Sequence[Said]) -> None:
        """Note what is on the bus and not yet heard; it may be said again when it is due.

        An aggregate in which something newer waits is left as it is.
        """
        told = updates.alike(((each.seq, each.due), each.aggregate_id) for each in said)
        self._apply([updates.kept(ids, *key) for key, ids in told.items()])

    def put_off(self, aggregate_id: str, until: datetime) -> None:
        """Let nobody try this aggregate's events before a moment."""
        self._collection.update_one(
            {"_id": aggregate_id, "outbox_due": {"$lt": until}}, {"$set": {"outbox_due": until}}
        )

    def backlog(self, now: datetime) -> Backlog:
        """Return how much waits; read for metrics, never on the way of an event."""
        fields = {"outbox.seq": 1, "outbox.occurred_at": 1, "outbox_said": 1}
        anything = {"outbox_due": {"$gte": datetime.min.replace(tzinfo=now.tzinfo)}}
        unsaid, unheard = [], []
        for document in self._collection.find(anything, fields).limit(MEASURED):
            said = document.get("outbox_said", 0)
            try:
                entries = [(e["occurred_at"], e["seq"] <= said) for e in document["outbox"]]
            except (TypeError, KeyError) as error:
                self._note_unreadable(str(document["_id"]), error)
                continue
            unsaid += [at for at, was_said in entries if not was_said][:1]
            unheard += [at for at, was_said in entries if was_said][:1]
        oldest = (min(unsaid, default=None), min(unheard, default=None))
        return Backlog(len(unsaid), oldest[0], len(unheard), oldest[1])

    def _take(self, document: Mapping[str, Any], now: datetime) -> bool:
        mine = {"_id": document["_id"], "outbox_due": document["outbox_due"]}
        lease = {"$set": {"outbox_due": now + self.lease}}
        return self._collection.update_one(mine, lease).modified_count == 1

    def _apply(self, asked: Sequence[UpdateMany]) -> int:
        """Make updates in one round trip, in this order; return how many documents they fitted."""
        return self._collection.bulk_write(asked).matched_count if asked else 0
