"""The relay: from outboxes to the bus, with confirms, in order for each aggregate, never lost.

A commit hands its entries over directly (`kick`), so that the normal way costs one publication and
no query. What a dead, paused or disconnected process left behind is found by a sweep, under a
lease. An entry whose lease has lapsed is never published from memory: another relay may have it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from time import monotonic

from pymongo.collection import Collection

from services.chassis.clock import now
from services.chassis.failpoints import reach
from services.chassis.logs import describe, get_logger
from services.chassis.messaging.outbox import Entry, Outbox
from services.chassis.messaging.publisher import Publisher
from services.chassis.messaging.topology import Subscribed
from services.chassis.messaging.window import Lane
from services.chassis.metrics import Metrics

SWEEP_EVERY_S = 1.0
BACKLOG_EVERY_S = 5.0
SWEEP_BATCH = 500
TIDY_AFTER_S = 0.02
PUT_OFF_TO_S = 300.0
_log = get_logger(__name__)


class Relay:
    """Publishes what waits in the outboxes of one process.

    Args:
        uri: where the bus is.
        exchange: the topic exchange on which this service speaks.
        lease: how long a commit or a claim keeps its entries from other relays.
        hearers: the queues that must be there before anything is published.

    """

    def __init__(
        self,
        uri: str,
        exchange: str,
        metrics: Metrics,
        lease: timedelta,
        hearers: Sequence[Subscribed] = (),
    ) -> None:
        self.lease = lease
        self.metrics = metrics
        self.publisher = Publisher(uri, exchange, metrics, self._confirmed, self._failed, hearers)
        self.oldest_at: datetime | None = None
        self._outboxes: dict[str, Outbox] = {}
        self._done: dict[tuple[Outbox, str], set[int]] = {}
        self._put_off: deque[tuple[Outbox, Entry]] = deque()
        self._failures: dict[str, int] = {}
        self._work = threading.Event()
        self._stopping = threading.Event()
        self._next_sweep = self._next_backlog = 0.0
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
        self._failures.pop(entry.event_id, None)
        self._done.setdefault((outbox, entry.aggregate_id), set()).add(entry.seq)
        self._work.set()

    def _failed(self, outbox: Outbox, entry: Entry) -> None:
        self._put_off.append((outbox, entry))
        self._work.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._work.wait(SWEEP_EVERY_S)
            self._stopping.wait(TIDY_AFTER_S)
            self._work.clear()
            self._once()
        self._once()

    def _once(self) -> None:
        try:
            self._tidy()
            self._hold_back()
            if monotonic() >= self._next_sweep and not self._stopping.is_set():
                self._sweep()
            if monotonic() >= self._next_backlog:
                self._measure()
        except Exception as error:
            _log.exception("relay_could_not_reach_the_database", kind=describe(error))

    def _tidy(self) -> None:
        """Remove what is confirmed: all that has gathered, in one round trip a collection.

        It is forgotten here once it is removed there; if the database is away, it is kept.
        """
        batches: dict[Outbox, dict[str, frozenset[int]]] = {}
        for (outbox, aggregate_id), seqs in list(self._done.items()):
            batches.setdefault(outbox, {})[aggregate_id] = frozenset(seqs)
        for outbox, confirmed in batches.items():
            reach("clearing")
            outbox.confirm(confirmed)
            reach("cleared")
            self._forget(outbox, confirmed)

    def _forget(self, outbox: Outbox, removed: Mapping[str, Set[int]]) -> None:
        for aggregate_id, seqs in removed.items():
            left = self._done[(outbox, aggregate_id)]
            left -= seqs
            if not left:
                del self._done[(outbox, aggregate_id)]

    def _hold_back(self) -> None:
        for _ in range(len(self._put_off)):
            outbox, entry = self._put_off.popleft()
            failures = self._failures[entry.event_id] = self._failures.get(entry.event_id, 0) + 1
            delay = min(2.0 ** min(failures, 10) / 2, PUT_OFF_TO_S)
            _log.warning("event_not_published", routing_key=entry.routing_key, tries=failures)
            outbox.put_off(entry.aggregate_id, now() + timedelta(seconds=delay))

    def _sweep(self) -> None:
        self._next_sweep = monotonic() + SWEEP_EVERY_S
        if not self.publisher.has_room:
            return
        for outbox in list(self._outboxes.values()):
            claimed = outbox.claim(now(), SWEEP_BATCH)
            for lane in _lanes(claimed):
                self.kick(outbox, lane)
            if len(claimed) >= SWEEP_BATCH:
                self._next_sweep = 0.0
                self._work.set()

    def _measure(self) -> None:
        self._next_backlog = monotonic() + BACKLOG_EVERY_S
        backlogs = [outbox.backlog(now()) for outbox in list(self._outboxes.values())]
        self.oldest_at = min((b.oldest_at for b in backlogs if b.oldest_at), default=None)
        self.metrics.outbox_pending.set(sum(b.aggregates for b in backlogs))
        age = (now() - self.oldest_at).total_seconds() if self.oldest_at else 0
        self.metrics.outbox_oldest.set(max(age, 0))


def _lanes(claimed: Sequence[Entry]) -> list[list[Entry]]:
    """Group claimed entries by their aggregate, in the order they were said."""
    lanes: dict[str, list[Entry]] = {}
    for entry in sorted(claimed, key=lambda entry: entry.seq):
        lanes.setdefault(entry.aggregate_id, []).append(entry)
    return list(lanes.values())
