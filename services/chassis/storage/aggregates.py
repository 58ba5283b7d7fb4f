"""Aggregates: one document each; state, receipts and outgoing events in one versioned write."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from pymongo.errors import DuplicateKeyError

from services.chassis.auth import Principal
from services.chassis.context import Context, fresh_context
from services.chassis.failpoints import reach
from services.chassis.ids import BadReference, read_reference
from services.chassis.logs import SafeMessage
from services.chassis.messaging.outbox import Entry, entries, waiting
from services.chassis.runtime import Runtime
from services.chassis.storage.mongo import Document, Index, Shape, ensure_indexes
from services.chassis.storage.paging import Page, condition_after, cursor_of
from services.contracts.envelope import Announcement

RECEIPTS_KEPT = 500
TRIES = 100
_OUTBOX_DUE = Index("outbox_due", (("outbox_due", 1),), sparse=True)


class NotFound(SafeMessage):
    """There is nothing there, or nothing that this person may see."""


class Taken(SafeMessage):
    """Something with this id or another unique key is there already."""


class KeyReused(SafeMessage):
    """The idempotency key came with another body before."""


class Contended(SafeMessage):
    """The write lost to others too many times; trying again later will do."""


class Root(Protocol):
    """What every aggregate has."""

    @property
    def id(self) -> str:
        """The id of its document."""

    @property
    def reference(self) -> str:
        """The reference that people see."""

    @property
    def case_id(self) -> str:
        """The case that it belongs to."""


T = TypeVar("T", bound=Root)
Decision = tuple[T, Sequence[object]]


def count_nothing(_root: object, _events: Sequence[object]) -> None:
    """Count nothing of what was saved."""


class Repository(ABC, Generic[T]):
    """The aggregates of one collection, seen under one reason.

    A service's repository says how a root becomes a document and back, which indexes serve which
    query shapes, and what a principal may see; saving, receipts and events are done here. `count`
    is told of the events of each decision once it has been saved.
    """

    collection: ClassVar[str]
    INDEXES: ClassVar[tuple[Index, ...]] = ()
    SHAPES: ClassVar[tuple[Shape, ...]] = ()

    def __init__(
        self,
        runtime: Runtime,
        announce: Callable[[T, object], Announcement],
        count: Callable[[T, Sequence[object]], None] = count_nothing,
    ) -> None:
        self.runtime = runtime
        self.context = fresh_context()
        self._announce, self._count = announce, count
        self._documents = runtime.database[self.collection]
        self._outbox = runtime.relay.outbox_of(self._documents)

    @abstractmethod
    def document(self, root: T) -> Document:
        """Return the state of a root as top-level fields, `reference` and `case_id` among them."""

    @abstractmethod
    def root(self, document: Mapping[str, Any]) -> T:
        """Return the root that a document holds; its id is `_id`."""

    @abstractmethod
    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return the filter of what a principal may see; used on every path, one or many."""

    def under(self, context: Context) -> Self:
        """Return this repository bound to a reason: its receipt, its scope, its trace."""
        bound = copy.copy(self)
        bound.context = context
        return bound

    def ensure_indexes(self) -> None:
        """Build the declared indexes and the one by which a relay finds what waits."""
        ensure_indexes(self._documents, (*self.INDEXES, _OUTBOX_DUE))

    def create(self, root: T, events: Sequence[object]) -> T:
        """Insert a new aggregate together with its events.

        Raises:
            Taken: its id or another unique key is there already; look it up and decide.

        """
        said = self._entries(root, events, after_seq=0)
        document = {"_id": root.id, **self.document(root), "version": 1, "seq": len(said)}
        document["receipts"] = [self.context.receipt] if self.context.receipt else []
        document |= {"outbox": [entry.stored() for entry in said], **self._lease(said)}
        reach("saving")
        try:
            self._documents.insert_one(document)
        except DuplicateKeyError:
            raise Taken("this is already there") from None
        reach("saved")
        self.runtime.relay.kick(self._outbox, said)
        self._count(root, events)
        return root

    def load(self, key: str) -> T:
        """Return the aggregate with this id or reference.

        Raises:
            NotFound: none, or out of the principal's scope.

        """
        return self.root(self._fetch(key))

    def find(self, query: Mapping[str, Any]) -> T | None:
        """Return one aggregate that fits, or None; the query must have an index that serves it."""
        found = self._documents.find_one(self._scoped(query))
        return None if found is None else self.root(found)

    def select(self, query: Mapping[str, Any], limit: int = 200) -> list[T]:
        """Return the few aggregates that fit a query which an index serves."""
        return [self.root(doc) for doc in self._documents.find(self._scoped(query)).limit(limit)]

    def change(self, key: str, decide: Callable[[T], Decision[T]]) -> T:
        """Load, decide, and save by compare-and-set; decide again if another write came first.

        A reason whose receipt the aggregate already holds changes nothing, and `decide` is not
        asked. A decision without change and without events is not written.

        Raises:
            NotFound: as `load`.
            KeyReused: the request's idempotency key came with another body before.
            Contended: other writers kept winning.

        """
        for _ in range(TRIES):
            document = self._fetch(key)
            root = self.root(document)
            if self._is_applied(document["receipts"]):
                return root
            changed, events = decide(root)
            if changed == root and not events:
                return root
            if self._save(document, changed, events):
                self._count(changed, events)
                return changed
            self.runtime.metrics.conflicts.inc()
        raise Contended("others were changing this at the same moment: try again")

    def page(
        self, shape: Shape, values: Mapping[str, Any], *, after: str | None, limit: int
    ) -> Page[T]:
        """Return one page of a declared shape, from a cursor on.

        `values` holds the equality fields (a list means any of it); those left out are not asked.

        Raises:
            BadCursor: the cursor is not one of this shape's.

        """
        query = self._scoped({k: _any_of(v) for k, v in values.items()})
        ordered = (*shape.sort, ("_id", shape.sort[-1][1]))
        if after:
            query = _both(query, condition_after(after, ordered))
        found = list(self._documents.find(query).sort(list(ordered)).limit(limit + 1))
        following = cursor_of(found[limit - 1], ordered) if len(found) > limit else None
        return Page(tuple(self.root(document) for document in found[:limit]), following)

    def _is_applied(self, receipts: Sequence[str]) -> bool:
        receipt = self.context.receipt
        if receipt is None or receipt in receipts:
            return receipt is not None
        key = receipt.rpartition(":")[0]
        if key and any(kept.startswith(f"{key}:") for kept in receipts):
            raise KeyReused("this Idempotency-Key was used with another body: send a new key")
        return False

    def _fetch(self, key: str) -> Document:
        found = self._documents.find_one(self._scoped(_by_key(key)))
        if found is None:
            raise NotFound("there is nothing with this reference that you may see")
        return found

    def _save(self, before: Document, root: T, events: Sequence[object]) -> bool:
        said = self._entries(root, events, after_seq=before["seq"])
        state = self.document(root)
        changed = {name: value for name, value in state.items() if before.get(name) != value}
        gone = {name: "" for name in before if name not in state and name not in _FRAME}
        update: Document = {"$set": changed | self._lease(said), "$inc": {"version": 1}}
        if gone:
            update["$unset"] = gone
        if said:
            update["$inc"]["seq"] = len(said)
            update.setdefault("$push", {})["outbox"] = {"$each": [e.stored() for e in said]}
        if self.context.receipt:
            kept = {"$each": [self.context.receipt], "$slice": -RECEIPTS_KEPT}
            update.setdefault("$push", {})["receipts"] = kept
        if not update["$set"]:
            del update["$set"]
        mine = {"_id": before["_id"], "version": before["version"]}
        reach("saving")
        saved = self._documents.update_one(mine, update).modified_count == 1
        reach("saved")
        if saved and said:
            unsaid = (entry for entry in waiting(before) if not entry.was_said)
            self.runtime.relay.kick(self._outbox, (*unsaid, *said))
        return saved

    def _entries(self, root: T, events: Sequence[object], after_seq: int) -> tuple[Entry, ...]:
        return entries(
            [self._announce(root, event) for event in events],
            producer=self.runtime.service,
            aggregate_id=root.id,
            case_id=root.case_id,
            after_seq=after_seq,
            context=self.context,
            at=self.runtime.now(),
        )

    def _lease(self, said: Sequence[Entry]) -> Document:
        return {"outbox_due": self.runtime.now() + self._outbox.lease} if said else {}

    def _scoped(self, query: Mapping[str, Any]) -> Document:
        principal = self.context.principal
        return _both(query, self.scope(principal)) if principal else dict(query)


_OUTBOX = frozenset({"outbox", "outbox_due", "outbox_said", "outbox_heard"})
_FRAME = frozenset({"_id", "version", "seq", "receipts"}) | _OUTBOX


def _by_key(key: str) -> Document:
    try:
        return {"reference": read_reference(key)}
    except BadReference:
        return {"_id": key}


def _any_of(value: Any) -> Any:
    return {"$in": list(value)} if isinstance(value, list | tuple | set | frozenset) else value


def _both(query: Mapping[str, Any], condition: Mapping[str, Any]) -> Document:
    """Return a filter that asks for both; flat where no field is named twice."""
    if query.keys() & condition.keys():
        return {"$and": [dict(query), dict(condition)]}
    return {**query, **condition}
