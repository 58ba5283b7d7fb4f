"""What a hot path asks for again and again: read anew now and then, and kept when that fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic
from typing import Generic, TypeVar

import pymongo

from services.chassis.logs import describe, get_logger
from services.chassis.metrics import Metrics
from services.chassis.storage.mongo import Document

READ_EVERY_S = 2.0
WAITS_S, READ_WITHIN_S = 1.0, 10.0
STALE = ("responders", "policies", "rotas")
T = TypeVar("T")
Entry = TypeVar("Entry")
_log = get_logger(__name__)


class StaleReads:
    """Counts how often something could not be read, so that what was known before is used."""

    def __init__(self, metrics: Metrics) -> None:
        self._counted = metrics.counter(
            "casework_notifications_stale_reads_total",
            "Reads of what calls go by that failed, or found damage: the last known is in use.",
            ("of",),
        )
        for what in STALE:
            self._counted.labels(what)

    def count(self, what: str) -> None:
        """Count a read of one of `STALE` that failed, or a document that is damaged."""
        self._counted.labels(what).inc()


class LastKnown(Generic[T]):
    """A value of the database, at most `READ_EVERY_S` old while the database answers.

    `read` asks the database; `take` makes the value of what was read and of the value before. One
    thread at a time reads, for whoever comes meanwhile too; nobody waits longer for it than
    `WAITS_S`, and then takes what was known before. A database that needs longer than that is
    heard all the same, a little later. If nobody has asked for hours, the value is as old as that.
    """

    def __init__(
        self,
        read: Callable[[], Sequence[Document]],
        take: Callable[[Sequence[Document], T | None], T],
        failed: Callable[[], None],
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._read, self._take, self._failed, self._tick = read, take, failed, tick
        self._value: T | None = None
        self._due_at = 0.0
        self._beginning = Lock()
        self._reading: _Reading | None = None

    def now(self) -> T:
        """Return the value.

        Raises:
            Exception: it could not be read, and never has been.

        """
        value = self._value
        if value is None:
            return self._first()
        return value if self._is_fresh else self._soon(value)

    @property
    def _is_fresh(self) -> bool:
        return self._tick() < self._due_at

    def _soon(self, known: T) -> T:
        """Return what a reading finds, or what is known where that takes too long."""
        reading = self._begun(known)
        if reading is not None and not reading.ends_by(self._tick()) and not reading.is_told:
            reading.is_told = True
            self._failed()
            _log.warning("last_known_in_use", kind="slow")
        return known if self._value is None else self._value

    def _begun(self, known: T) -> _Reading | None:
        """Return the reading that is under way, or a new one; none where one has just ended."""
        with self._beginning:
            if self._reading is None and not self._is_fresh:
                self._reading = _Reading(self._tick())
                Thread(target=self._anew, args=(self._reading, known), daemon=True).start()
            return self._reading

    def _first(self) -> T:
        asked_at = self._tick()
        try:
            return self._keep(self._take(self._read(), None), asked_at)
        except Exception:
            self._failed()
            raise

    def _anew(self, reading: _Reading, known: T) -> None:
        try:
            with pymongo.timeout(READ_WITHIN_S):
                found = self._read()
            self._keep(self._take(found, known), reading.asked_at)
        except Exception as error:
            self._failed()
            _log.warning("last_known_in_use", kind=describe(error))
            self._keep(known, self._tick())
        finally:
            self._reading = None
            reading.ended.set()

    def _keep(self, value: T, asked_at: float) -> T:
        """Keep a value until it is too old; of two first answers the one that was asked later.

        A database that needs long is not asked more than half of the time.
        """
        now = self._tick()
        due_at = max(asked_at + READ_EVERY_S, now + (now - asked_at))
        if self._value is None or due_at >= self._due_at:
            self._value, self._due_at = value, due_at
        return self._value


@dataclass(slots=True)
class _Reading:
    """A reading that is under way, since when; whether it has ended, or was told to be slow."""

    asked_at: float
    is_told: bool = False
    ended: Event = field(default_factory=Event)

    def ends_by(self, at: float) -> bool:
        """Wait until it has ended, or has taken `WAITS_S`; tell which."""
        return self.ended.wait(max(self.asked_at + WAITS_S - at, 0))


class AtHand(Generic[Entry]):
    """What the documents of one kind hold, by their keys; only what has changed is made anew.

    A damaged document hides no other: it stays what it was when last read, and is left out where it
    was never read. `of` names the kind in figures and logs.
    """

    def __init__(
        self,
        of: str,
        read: Callable[[], Sequence[Document]],
        made: Callable[[Document], Entry],
        stale: StaleReads,
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._of, self._made, self._stale = of, made, stale
        self._known: LastKnown[Mapping[str, tuple[int, Entry]]] = LastKnown(
            read, self._taken, self._count, tick
        )

    def all(self) -> list[Entry]:
        """Return every entry.

        Raises:
            Exception: they could not be read, and never have been; so for the others too.

        """
        return [entry for _, entry in self._known.now().values()]

    def get(self, key: str) -> Entry | None:
        """Return what the document of a key holds, if there is one."""
        _, entry = self._known.now().get(key, (0, None))
        return entry

    def _taken(
        self, found: Sequence[Document], before: Mapping[str, tuple[int, Entry]] | None
    ) -> Mapping[str, tuple[int, Entry]]:
        known = ((str(each["_id"]), self._entry(each, before or {})) for each in found)
        return {key: entry for key, entry in known if entry is not None}

    def _entry(
        self, document: Document, before: Mapping[str, tuple[int, Entry]]
    ) -> tuple[int, Entry] | None:
        known = before.get(str(document["_id"]))
        if known is not None and known[0] == document.get("version"):
            return known
        try:
            return document["version"], self._made(document)
        except Exception as error:
            self._count()
            told = {"of": self._of, "key": str(document["_id"]), "kind": describe(error)}
            _log.error("document_unreadable", **told)
            return known

    def _count(self) -> None:
        self._stale.count(self._of)
