"""What is on the bus and not yet confirmed by everyone who is to hear it.

Pure bookkeeping of one process: no connection, no database; moments come in, in monotonic seconds.
An event may have been said by this process and be answered to another, or the other way round: so
both halves are kept apart, and what has lasted too long is handed over to the outbox in the
database, where every process finds it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.chassis.messaging.answers import Answer, Place
from services.chassis.messaging.outbox import Entry, Hearing, Outbox, Said

SAY_AGAIN_FROM = timedelta(seconds=30)
SAY_AGAIN_TO = timedelta(minutes=15)

Key = tuple[Outbox, str, int]


@dataclass(slots=True)
class _Telling:
    """One event: when it went on the bus, who is to hear it, who has, and since when."""

    all: frozenset[str]
    occurred_at: datetime | None = None
    said_since: float | None = None
    by: set[str] = field(default_factory=set)
    heard_since: float | None = None

    @property
    def is_heard(self) -> bool:
        return self.by >= self.all

    @property
    def is_idle(self) -> bool:
        return self.said_since is None and not self.by


class Unheard:
    """The events of a process between the bus and their hearers.

    Args:
        hearers: who is to hear each event, by routing key; what is not named needs nobody.

    """

    def __init__(self, hearers: Mapping[str, frozenset[str]]) -> None:
        self._hearers = hearers
        self._tellings: dict[Key, _Telling] = {}
        self._told: set[Key] = set()

    def say(self, outbox: Outbox, entry: Entry, at: float) -> None:
        """Note that an event is on the bus."""
        key = (outbox, entry.aggregate_id, entry.seq)
        telling = self._telling(key, entry.routing_key)
        telling.said_since, telling.occurred_at = at, entry.occurred_at

    def hear(self, outbox: Outbox, place: Place, answer: Answer, at: float) -> None:
        """Note that a hearer has confirmed the event in a place of an outbox.

        Of an event that this process does not know, it does not know who else is to hear it either:
        a newer process said it, and will say it again.
        """
        if answer.routing_key not in self._hearers:
            return
        key = (outbox, place.aggregate_id, place.seq)
        telling = self._telling(key, answer.routing_key)
        telling.by.add(answer.by)
        telling.heard_since = telling.heard_since or at
        if telling.is_heard:
            self._told.add(key)

    def told(self) -> dict[Outbox, dict[str, set[int]]]:
        """Return what everyone has heard, by aggregate id and `seq`."""
        found: dict[Outbox, dict[str, set[int]]] = {}
        for outbox, aggregate_id, seq in self._told:
            found.setdefault(outbox, {}).setdefault(aggregate_id, set()).add(seq)
        return found

    def forget_told(self, outbox: Outbox, told: Mapping[str, Iterable[int]]) -> None:
        """Forget what has left the outbox."""
        for aggregate_id, seqs in told.items():
            for seq in seqs:
                self._told.discard((outbox, aggregate_id, seq))
                self._tellings.pop((outbox, aggregate_id, seq), None)

    def heard_apart(self, before: float) -> dict[Outbox, list[Hearing]]:
        """Return what only some have heard, the first of them before a moment."""
        found: dict[Outbox, list[Hearing]] = defaultdict(list)
        for (outbox, aggregate_id, seq), telling in self._tellings.items():
            if not telling.is_heard and (telling.heard_since or before) < before:
                hearing = Hearing(aggregate_id, seq, frozenset(telling.by), telling.all)
                found[outbox].append(hearing)
        return found

    def forget_apart(self, outbox: Outbox, hearings: Iterable[Hearing]) -> None:
        """Forget hearers who are noted in the outbox now."""
        for hearing in hearings:
            key = (outbox, hearing.aggregate_id, hearing.seq)
            telling = self._tellings[key]
            telling.by -= hearing.by
            telling.heard_since = None
            self._forget_if_idle(key)

    def late(self, before: float, now: datetime) -> dict[Outbox, list[Said]]:
        """Return what was said before a moment and waits for hearers; an aggregate's last words."""
        found: dict[tuple[Outbox, str], Said] = {}
        for (outbox, aggregate_id, seq), telling in self._tellings.items():
            if telling.said_since is None or telling.said_since >= before:
                continue
            due = now + _patience(now - (telling.occurred_at or now))
            known = found.get((outbox, aggregate_id))
            if known is None or known.seq < seq:
                found[outbox, aggregate_id] = Said(aggregate_id, seq, due)
        by_outbox: dict[Outbox, list[Said]] = defaultdict(list)
        for (outbox, _), said in found.items():
            by_outbox[outbox].append(said)
        return by_outbox

    def forget_late(self, outbox: Outbox, kept: Iterable[Said]) -> None:
        """Forget what the outbox knows to be on the bus now."""
        seqs = {said.aggregate_id: said.seq for said in kept}
        for key, telling in list(self._tellings.items()):
            if key[0] is outbox and key[2] <= seqs.get(key[1], 0):
                telling.said_since = None
                self._forget_if_idle(key)

    def _telling(self, key: Key, routing_key: str) -> _Telling:
        known = self._tellings.get(key)
        if known is None:
            known = _Telling(self._hearers.get(routing_key, frozenset()))
            self._tellings[key] = known
        if known.is_heard:
            self._told.add(key)
        return known

    def _forget_if_idle(self, key: Key) -> None:
        if self._tellings[key].is_idle:
            del self._tellings[key]


def _patience(age: timedelta) -> timedelta:
    """Return how long to wait for hearers of an event of this age before it is said again."""
    return max(SAY_AGAIN_FROM, min(age, SAY_AGAIN_TO))
