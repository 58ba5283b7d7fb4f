"""The relay: from outboxes to all who are to hear, in order for each aggregate, never lost.

A commit hands its entries over directly (`kick`), so that the normal way costs one publication and
no query. What a dead, paused or disconnected process left behind is found by a sweep, under a
lease. An entry whose lease has lapsed is never published from memory: another relay may have it.

An entry leaves its outbox when every hearer has confirmed it, not when the bus has: a queue or a
binding can be deleted with what is in it. What nobody confirms is said again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import uniform
from time import monotonic

from pymongo.collection import Collection

from services.chassis.clock import now
from services.chassis.failpoints import reach
from services.chassis.logs import describe, get_logger
from services.chassis.messaging.answers import Answer
from services.chassis.messaging.hearers import who_hears
from services.chassis.messaging.outbox import Entry, Outbox
from services.chassis.messaging.publisher import Publisher, Told
from services.chassis.messaging.topology import Subscribed
from services.chassis.messaging.unheard import Unheard
from services.chassis.messaging.window import Lane
from services.chassis.metrics import Metrics
from services.chassis.storage.faults import count_fault
from services.chassis.storage.mongo import is_outage
from services.chassis.tracing import Tracing

SWEEP_EVERY_S = 1.0
BACKLOG_EVERY_S = 5.0
SWEEP_BATCH = 500
GATHER_NEWS_S = 0.02
TIDY_EVERY_S = 0.5
GATHER_S = 10.0
PUT_OFF_TO_S = 300.0
_log = get_logger(__name__)


class Relay:
    """Publishes what waits in the outboxes of one process.

    Args:
        uri: where the bus is.
        service: who speaks.
        lease: how long a commit or a claim keeps its entries from other relays.
        hearers: the queues that must be there before anything is published, and whose consumers
            must confirm what they have heard before it is forgotten.

    """

    def __init__(
        self,
        uri: str,
        service: str,
        metrics: Metrics,
        lease: timedelta,
        hearers: Sequence[Subscribed] = (),
        tracing: Tracing | None = None,
    ) -> None:
        self.lease = lease
        self.metrics = metrics
        told = Told(self._confirmed, self._failed, self._answered)
        self.publisher = Publisher(uri, service, metrics, told, hearers, tracing)
        self.oldest_at: datetime | None = None
        self._outboxes: dict[str, Outbox] = {}
        self._unheard = Unheard(who_hears(hearers))
        self._news: deque[Callable[[], None]] = deque()
        self._failures: dict[str, int] = {}
        self._work = threading.Event()
        self._stopping = threading.Event()
        self._next_tidy = self._next_sweep = self._next_backlog = 0.0
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)

    def outbox_of(self, collection: Collection[dict[str, object]]) -> Outbox:
        """Return the outbox of a collection, watched by this relay from now on."""
        return self._outboxes.setdefault(collection.name, Outbox(collection, self.lease))

    def start(self) -> None:
        """Connect, and begin to sweep."""
        self.publisher.start()
        self._thread.start()

    def stop(self, within_s: float = 3.0) -> None:
        """Let what is under way be confirmed, tidy up, and close."""
        self.publisher.drain(within_s)
        self._stopping.set()
        self._work.set()
        self._thread.join(within_s)
        self.publisher.stop()

    def kick(self, outbox: Outbox, said: Sequence[Entry]) -> None:
        """Publish all that an aggregate has to say, from the first; without a bus the sweep will.

        Only the newest would overtake what an earlier commit could not publish.
        """
        if said and self.publisher.has_room:
            until = monotonic() + self.lease.total_seconds() * 0.8
            self.publisher.offer(Lane(outbox, said[0].aggregate_id, deque(said), until))

    def _confirmed(self, outbox: Outbox, entry: Entry) -> None:
        reach("confirmed")
        self._learn(partial(self._note_said, outbox, entry, monotonic()))

    def _answered(self, answer: Answer) -> None:
        self._learn(partial(self._note_heard, answer, monotonic()))

    def _failed(self, outbox: Outbox, entry: Entry) -> None:
        self._learn(partial(self._hold_back, outbox, entry))

    def _learn(self, news: Callable[[], None]) -> None:
        """Leave what the connection's thread has to tell to the relay's own."""
        self._news.append(news)
        self._work.set()

    def _note_said(self, outbox: Outbox, entry: Entry, at: float) -> None:
        self._failures.pop(entry.event_id, None)
        self._unheard.say(outbox, entry, at)

    def _note_heard(self, answer: Answer, at: float) -> None:
        for place in answer.places:
            outbox = self._outboxes.get(place.collection)
            if outbox is not None:
                self._unheard.hear(outbox, place, answer, at)

    def _hold_back(self, outbox: Outbox, entry: Entry) -> None:
        """Put an event off, each by a time of its own: one that fails must not take along others.

        What the broker closes the channel over is refused with all that was under way beside it.
        """
        failures = self._failures[entry.event_id] = self._failures.get(entry.event_id, 0) + 1
        delay = min(2.0 ** min(failures, 10) / 2, PUT_OFF_TO_S) * uniform(0.5, 1.5)  # noqa: S311 - no secret
        _log.warning("event_not_published", routing_key=entry.routing_key, tries=failures)
        outbox.put_off(entry.aggregate_id, now() + timedelta(seconds=delay))

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._work.wait(TIDY_EVERY_S)
            self._stopping.wait(GATHER_NEWS_S)
            self._work.clear()
            self._once()
        self._once()

    def _once(self) -> None:
        """Do what is due; what fails of it keeps nothing else from being done."""
        self._attempt(self._take_in)
        if monotonic() >= self._next_tidy or self._stopping.is_set():
            self._attempt(self._tidy)
        if monotonic() >= self._next_sweep or self._stopping.is_set():
            self._attempt(self._hand_over)
            self._attempt(self._sweep)
        if monotonic() >= self._next_backlog:
            self._next_backlog = monotonic() + BACKLOG_EVERY_S
            self._attempt(self._sweep_far_off)
            self._attempt(self._measure)

    def _attempt(self, work: Callable[[], None]) -> bool:
        """Do something; tell whether it need not be tried again.

        That is so as well where the database refuses it for good: what waits stands there still,
        and will be said again.
        """
        try:
            work()
        except Exception as error:
            _log.exception("relay_hindered", kind=describe(error))
            count_fault(self.metrics, error)
            return not is_outage(error)
        return True

    def _take_in(self) -> None:
        while self._news:
            self._news.popleft()()

    def _tidy(self) -> None:
        """Remove what everyone has heard: all that has gathered, in one round trip a collection.

        Twice a second: the more has gathered, the less an alert shares the database with it. It is
        forgotten here once it is removed there; if the database is away, it is kept.
        """
        self._next_tidy = monotonic() + TIDY_EVERY_S
        for outbox, told in self._unheard.told().items():
            reach("clearing")
            if self._attempt(partial(outbox.confirm, told)):
                reach("cleared")
                self._unheard.forget_told(outbox, told)

    def _hand_over(self) -> None:
        """Leave to the database what not everyone has heard in time: any process may go on."""
        since = 0.0 if self._stopping.is_set() else GATHER_S
        for outbox, hearings in self._unheard.heard_apart(monotonic() - since).items():
            if self._attempt(partial(outbox.hear, hearings)):
                self._unheard.forget_apart(outbox, hearings)
        patience = 0.0 if self._stopping.is_set() else self.lease.total_seconds() / 2
        for outbox, late in self._unheard.late(monotonic() - patience, now()).items():
            if self._attempt(partial(outbox.keep, late)):
                self._unheard.forget_late(outbox, late)

    def _sweep(self) -> None:
        self._next_sweep = monotonic() + SWEEP_EVERY_S
        self._take_over(Outbox.claim)

    def _sweep_far_off(self) -> None:
        self._take_over(Outbox.claim_far_off)

    def _take_over(self, claim: Callable[[Outbox, datetime, int], list[Entry]]) -> None:
        if not self.publisher.has_room or self._stopping.is_set():
            return
        for outbox in list(self._outboxes.values()):
            claimed = claim(outbox, now(), SWEEP_BATCH)
            until = monotonic() + self.lease.total_seconds() * 0.8
            self.publisher.offer_again(_lanes(outbox, claimed, until))
            self.metrics.said_again.inc(sum(entry.was_said for entry in claimed))
            if len(claimed) >= SWEEP_BATCH:
                self._next_sweep = 0.0
                self._work.set()

    def _measure(self) -> None:
        backlogs = [outbox.backlog(now()) for outbox in list(self._outboxes.values())]
        self.oldest_at = _earliest(b.unsaid_since for b in backlogs)
        self.metrics.outbox_pending.set(sum(b.unsaid for b in backlogs))
        unreadable = sum(len(outbox.unreadable) for outbox in list(self._outboxes.values()))
        self.metrics.outbox_unreadable.set(unreadable)
        self.metrics.outbox_oldest.set(_age(self.oldest_at))
        self.metrics.outbox_unheard.set(sum(b.unheard for b in backlogs))
        self.metrics.outbox_unheard_oldest.set(_age(_earliest(b.unheard_since for b in backlogs)))


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)


def _age(since: datetime | None) -> float:
    return max((now() - since).total_seconds(), 0) if since else 0


def _lanes(outbox: Outbox, claimed: Sequence[Entry], until: float) -> list[Lane]:
    """Group claimed entries by their aggregate, in the order they were said."""
    lanes: dict[str, deque[Entry]] = {}
    for entry in sorted(claimed, key=lambda entry: entry.seq):
        lanes.setdefault(entry.aggregate_id, deque()).append(entry)
    return [Lane(outbox, key, entries, until, again=True) for key, entries in lanes.items()]
