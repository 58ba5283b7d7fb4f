"""From what a service wants to say to the entries that wait in the aggregate's document."""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection

from services.chassis.context import Context, child_traceparent
from services.chassis.ids import new_id
from services.chassis.logs import describe, get_logger
from services.contracts.catalogue import write
from services.contracts.envelope import Announcement, Envelope, encode

Update = tuple[dict[str, Any], dict[str, Any]]

LATEST_DUE = timedelta(minutes=20)
MEASURED = 10_000
_log = get_logger(__name__)
_AT_REST = {"outbox_due": "", "outbox_said": "", "outbox_heard": ""}


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
        taken: list[Entry] = []
        for document in self._due(now, limit):
            if not document.get("outbox"):
                self._collection.update_one(*_rest(document["_id"]))
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

        Confirmed is confirmed, whoever published it: this needs no lease. One round trip, where no
        aggregate has more to say than what is confirmed.
        """
        told = [(aggregate_id, sorted(seqs)) for aggregate_id, seqs in confirmed.items()]
        if self._apply([_emptied(*each) for each in told], ordered=False) < len(told):
            rested = [_rest(aggregate_id) for aggregate_id in confirmed]
            self._apply([*(_pulled(*each) for each in told), *rested])

    def hear(self, heard: Sequence[Hearing]) -> None:
        """Note who has confirmed what; an event that all of its hearers confirmed leaves.

        For hearers that confirm apart from each other, perhaps to different processes of ours.
        """
        self._apply([update for each in heard for update in _noted(each)])

    def keep(self, said: Sequence[Said]) -> None:
        """Note what is on the bus and not yet heard; it may be said again when it is due.

        An aggregate in which something newer waits is left as it is.
        """
        self._apply([_kept(each) for each in said])

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

    def _due(self, now: datetime, limit: int) -> Iterator[Mapping[str, Any]]:
        """Yield documents that are due, and those whose time was set by a clock since put back."""
        fields = {"outbox": 1, "outbox_due": 1, "outbox_said": 1}
        for moment in ({"$lte": now}, {"$gt": now + LATEST_DUE}):
            found = self._collection.find({"outbox_due": moment}, fields)
            yield from found.sort("outbox_due", 1).limit(limit)

    def _take(self, document: Mapping[str, Any], now: datetime) -> bool:
        mine = {"_id": document["_id"], "outbox_due": document["outbox_due"]}
        lease = {"$set": {"outbox_due": now + self.lease}}
        return self._collection.update_one(mine, lease).modified_count == 1

    def _apply(self, updates: Sequence[Update], *, ordered: bool = True) -> int:
        """Make updates in one round trip; return how many found their document."""
        if not updates:
            return 0
        operations = [UpdateOne(*each) for each in updates]
        return self._collection.bulk_write(operations, ordered=ordered).matched_count


def _emptied(aggregate_id: str, seqs: Sequence[int]) -> Update:
    """Return what empties an outbox that holds exactly these, in the order they were said.

    Place by place and without `$and`, for which the embedded server looks through all documents.
    """
    each = {f"outbox.{place}.seq": seq for place, seq in enumerate(seqs)}
    exactly = {"_id": aggregate_id, "outbox": {"$size": len(seqs)}, **each}
    return exactly, {"$set": {"outbox": []}, "$unset": _AT_REST}


def _pulled(aggregate_id: str, seqs: Sequence[int]) -> Update:
    confirmed = {"$in": list(seqs)}
    found = {"_id": aggregate_id, "outbox.seq": confirmed}
    return found, {"$pull": {"outbox": {"seq": confirmed}}}


def _rest(aggregate_id: str) -> Update:
    """Return what takes an empty outbox from those that wait."""
    empty = {"_id": aggregate_id, "outbox": [], "outbox_due": {"$exists": True}}
    return empty, {"$unset": _AT_REST}


def _noted(heard: Hearing) -> Iterator[Update]:
    """Yield what notes some hearers of an event, and removes it if they are the last of all."""
    marks = [f"{heard.seq}:{hearer}" for hearer in sorted(heard.by)]
    whole = [f"{heard.seq}:{hearer}" for hearer in sorted(heard.all)]
    waits = {"_id": heard.aggregate_id, "outbox.seq": heard.seq}
    yield waits, {"$addToSet": {"outbox_heard": {"$each": marks}}}
    done = {"outbox": {"seq": heard.seq}, "outbox_heard": {"$in": whole}}
    yield {"_id": heard.aggregate_id, "outbox_heard": {"$all": whole}}, {"$pull": done}
    yield _rest(heard.aggregate_id)


def _kept(said: Said) -> Update:
    newest = {"_id": said.aggregate_id, "outbox.seq": {"$eq": said.seq, "$not": {"$gt": said.seq}}}
    return newest, {"$set": {"outbox_due": said.due, "outbox_said": said.seq}}
