"""Aggregates: one document each; state, receipts and outgoing events in one versioned write."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, Self, TypeVar

from pymongo.errors import DuplicateKeyError

from services.chassis.auth import Principal
from services.chassis.context import Context, fresh_context
from services.chassis.failpoints import reach
from services.chassis.logs import describe, get_logger
from services.chassis.messaging.outbox import Entry, entries, versions
from services.chassis.runtime import Runtime
from services.chassis.storage import framing
from services.chassis.storage.forms import FIRST, Lifts, lifted, marked
from services.chassis.storage.joined import Joined
from services.chassis.storage.mongo import Document, Index, Shape, ensure_indexes
from services.chassis.storage.paging import Page, cursor_of, found_after
from services.chassis.storage.queries import any_of, both, by_key, within
from services.chassis.storage.recent import Recent
from services.chassis.storage.refusals import Contended, KeyReused, NotFound, Taken
from services.chassis.storage.root import Root
from services.chassis.storage.turns import Turns
from services.contracts.envelope import Announcement

TRIES = 100
_log = get_logger(__name__)
OUTBOX_DUE = Index("outbox_due", (("outbox_due", 1),), sparse=True)


T = TypeVar("T", bound=Root)
Decision = tuple[T, Sequence[object]]


def do_nothing(_root: object, _events: Sequence[object]) -> None:
    """Do nothing about what was saved."""


class Repository(ABC, Generic[T]):
    """The aggregates of one collection, seen under one reason.

    A service's repository says how a root becomes a document and back, which indexes serve which
    query shapes, and what a principal may see; saving, receipts and events are done here.
    `when_saved` is told of the events of each decision once it has been saved. `announce` returns
    one for each version in which an event is published.

    `root` takes documents of `FORM`, and `LIFTS` brings older ones there. `WRITES` is the form that
    `document` makes, where it is still the one before: see docs/upgrading.md.
    """

    collection: ClassVar[str]
    FORM: ClassVar[int] = FIRST
    WRITES: ClassVar[int | None] = None
    LIFTS: ClassVar[Lifts] = {}
    INDEXES: ClassVar[tuple[Index, ...]] = ()
    SHAPES: ClassVar[tuple[Shape, ...]] = ()

    def __init__(
        self,
        runtime: Runtime,
        announce: Callable[[T, object], Announcement | Sequence[Announcement]],
        when_saved: Callable[[T, Sequence[object]], None] = do_nothing,
    ) -> None:
        self.runtime = runtime
        self.context = fresh_context()
        self._announce, self._when_saved = announce, when_saved
        self._documents = runtime.database[self.collection]
        self._outbox = runtime.relay.outbox_of(self._documents)
        self._joined, self._recent, self._turns = Joined(self._documents), Recent(), Turns()

    @abstractmethod
    def document(self, root: T) -> Document:
        """Return the state of a root as top-level fields, `reference` and `case_id` among them."""

    @abstractmethod
    def root(self, document: Mapping[str, Any]) -> T:
        """Return the root that a document of the newest form holds; its id is `_id`."""

    def read(self, document: Mapping[str, Any]) -> T:
        """Return the root that a stored document holds, of whichever form.

        Raises:
            NewerForm: a newer release has saved it.

        """
        return self.root(lifted(document, self.LIFTS, self.FORM))

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
        ensure_indexes(self._documents, (*self.INDEXES, OUTBOX_DUE))

    def create(self, root: T, events: Sequence[object]) -> T:
        """Insert a new aggregate together with its events.

        Raises:
            Taken: its id or another unique key is there already; look it up and decide.

        """
        said = self._entries(root, events, after_seq=0)
        document = framing.begun(
            root.id, self._state(root), said, self.context.receipt, self._due()
        )
        reach("saving")
        try:
            self._joined.insert(document)
        except DuplicateKeyError:
            raise Taken("this is already there") from None
        reach("saved")
        self._saved(root, events, said)
        self._recent.keep(document)
        return root

    def load(self, key: str) -> T:
        """Return the aggregate with this id or reference.

        Raises:
            NotFound: none, or out of the principal's scope.

        """
        return self.read(self._fetch(key))

    def find(self, query: Mapping[str, Any]) -> T | None:
        """Return one aggregate that fits, or None; the query must have an index that serves it."""
        found = self._read(self._scoped(query))
        return None if found is None else self.read(found)

    def select(self, query: Mapping[str, Any], limit: int = 200) -> list[T]:
        """Return the few aggregates that fit a query which an index serves."""
        return [self.read(doc) for doc in self._documents.find(self._scoped(query)).limit(limit)]

    def having(self, field: str, value: str) -> list[T]:
        """Return the few aggregates with this value in an indexed field, whoever asks."""
        return [self.read(document) for document in self._joined.having(field, value)]

    def change(self, key: str, decide: Callable[[T], Decision[T]]) -> T:
        """Load, decide, and save by compare-and-set; decide again if another write came first.

        A reason whose receipt the aggregate already holds changes nothing, and `decide` is not
        asked. A decision without change and without events is not written.

        Raises:
            NotFound: as `load`.
            KeyReused: the request's idempotency key came with another body before.
            Contended: other writers kept winning.

        """
        with self._turns.of(key):
            return self._change_recent(key, decide) or self._change(key, decide)

    def open_or_change(self, fresh: Decision[T], decide: Callable[[T], Decision[T]]) -> T:
        """Change an aggregate that is most likely new: insert it, or change the one that is there.

        Raises:
            Contended: as `change`.

        """
        key = fresh[0].id
        with self._turns.of(key):
            if (changed := self._change_recent(key, decide)) is not None:
                return changed
            try:
                return self.create(*fresh)
            except Taken:
                return self._change(key, decide)

    def page(
        self, shape: Shape, values: Mapping[str, Any], *, after: str | None, limit: int
    ) -> Page[T]:
        """Return one page of a declared shape, from a cursor on.

        `values` holds the equality fields (a list means any of it); those left out are not asked.

        Raises:
            BadCursor: the cursor is not one of this shape's.

        """
        query = self._scoped({k: any_of(v) for k, v in values.items()})
        ordered = (*shape.sort, ("_id", shape.sort[-1][1]))

        def ask(bound: Mapping[str, Any], size: int) -> list[Document]:
            documents = self._documents.find(within(query, bound)).sort(list(ordered))
            return list(documents.limit(size))

        found = found_after(ask, after, ordered, limit + 1)
        following = cursor_of(found[limit - 1], ordered) if len(found) > limit else None
        return Page(tuple(self._readable(found[:limit])), following)

    def _readable(self, documents: Sequence[Document]) -> Iterator[T]:
        """Yield the roots of documents; a damaged one is told in the log, and hides no other."""
        for document in documents:
            try:
                yield self.read(document)
            except Exception as error:
                told = {"collection": self.collection, "aggregate_id": str(document["_id"])}
                _log.error("document_unreadable", **told, kind=describe(error))

    def _is_applied(self, receipts: Sequence[str]) -> bool:
        receipt = self.context.receipt
        if receipt is None or receipt in receipts:
            return receipt is not None
        key = receipt.rpartition(":")[0]
        if key and any(kept.startswith(f"{key}:") for kept in receipts):
            raise KeyReused("this Idempotency-Key was used with another body: send a new key")
        return False

    def _change(self, key: str, decide: Callable[[T], Decision[T]]) -> T:
        for _ in range(TRIES):
            document = self._fetch(key)
            root = self.read(document)
            if self._is_applied(document["receipts"]):
                return root
            changed, events = decide(root)
            if changed == root and not events:
                return root
            if self._save(document, changed, events):
                return changed
            self.runtime.metrics.conflicts.inc()
        raise Contended("others were changing this at the same moment: try again")

    def _change_recent(self, key: str, decide: Callable[[T], Decision[T]]) -> T | None:
        """Change what this process saved last, without reading it; None where it must be read.

        Only a change that was saved counts: a refusal, or that nothing is to be done, may be due to
        what another process has saved since.
        """
        document = None if self.context.principal else self._recent.take(key)
        if document is None or self._is_applied(document["receipts"]):
            return None
        root = self.read(document)
        try:
            changed, events = decide(root)
        except Exception:
            return None
        is_saved = (changed != root or events) and self._save(document, changed, events)
        return changed if is_saved else None

    def _fetch(self, key: str) -> Document:
        found = self._read(self._scoped(by_key(key)))
        if found is None:
            raise NotFound("there is nothing with this reference that you may see")
        return found

    def _read(self, query: Mapping[str, Any]) -> Document | None:
        if query.keys() == {"_id"}:
            return self._joined.load(query["_id"])
        return self._documents.find_one(query)

    def _state(self, root: T) -> Document:
        return marked(self.document(root), self.WRITES or self.FORM)

    def _save(self, before: Document, root: T, events: Sequence[object]) -> bool:
        said = self._entries(root, events, after_seq=before["seq"])
        state, receipt = self._state(root), self.context.receipt
        update = framing.change(before, state, said, receipt, self._due())
        reach("saving")
        saved = self._joined.save(before["_id"], before["version"], update)
        reach("saved")
        if saved:
            self._saved(root, events, (*framing.unsaid(before), *said) if said else ())
            self._recent.keep(framing.after(before, update))
        return saved

    def _saved(self, root: T, events: Sequence[object], said: Sequence[Entry]) -> None:
        self.runtime.relay.kick(self._outbox, said)
        self._when_saved(root, events)

    def _entries(self, root: T, events: Sequence[object], after_seq: int) -> tuple[Entry, ...]:
        return entries(
            [said for event in events for said in versions(self._announce(root, event))],
            producer=self.runtime.service,
            aggregate_id=root.id,
            case_id=root.case_id,
            after_seq=after_seq,
            context=self.context,
            at=self.runtime.now(),
        )

    def _due(self) -> datetime:
        return self.runtime.now() + self._outbox.lease

    def _scoped(self, query: Mapping[str, Any]) -> Document:
        principal = self.context.principal
        return both(query, self.scope(principal)) if principal else dict(query)
