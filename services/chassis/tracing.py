"""Spans: what a process did for one request or event, for a collector where one is named.

A trace is one text, the `traceparent`, which travels in the open: in headers, in the envelope, in
the `Context`. A span takes its ids from it, so nothing depends on which green or real thread goes
on, and ids are the same whether somebody collects spans or not. What is recorded is put in line
and sent by a thread of its own; nothing waits for it.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import time_ns
from typing import TypedDict, Unpack

from services.chassis.metrics import Metrics
from services.chassis.settings import Collector
from services.chassis.traceparent import child_traceparent, parent_id

ROOM = 4_096
BATCH = 64
EVERY_S = 1.0
OUTCOMES = ("sent", "not_taken", "no_room")
_SUITABLE = re.compile(r"[\w.:/<>{}-]{1,128}", re.ASCII)
_LOW = 2**64


class Kind(StrEnum):
    """On which side of which line a span is."""

    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Facts(TypedDict, total=False):
    """All that a span may tell: words of closed sets, numbers, ids that mean something here alone.

    `route` is as it is declared; `waited_ms` is the time in the outbox; `error` the type of one.
    """

    method: str
    route: str
    status: int
    upstream: str
    event: str
    event_id: str
    case_id: str
    queue: str
    attempt: int
    outcome: str
    waited_ms: int
    channel: str
    error: str


class Span:
    """Something under way; `traceparent` is for whatever follows from it."""

    __slots__ = ("traceparent",)

    def __init__(self, traceparent: str) -> None:
        self.traceparent = traceparent

    def end(self, name: str, *, has_failed: bool = False, **facts: Unpack[Facts]) -> None:
        """Record it, where spans are recorded; one that never ends is not recorded."""


class Tracing:
    """Traces without spans: ids only. So it is where no collector is named."""

    is_on = False

    def begin(self, kind: Kind, parent: str | None) -> Span:
        """Begin a span within the trace of its parent, or in a new one if that is none."""
        del kind
        return Span(child_traceparent(parent))

    def stop(self, within_s: float = 1.0) -> None:
        """Send what waits, but for no longer than this."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A span as it is sent: ids in hexadecimal, `parent` empty for a root, moments in Unix ns."""

    name: str
    kind: Kind
    trace: str
    id: str
    parent: str
    began_at: int
    ended_at: int
    has_failed: bool
    facts: Facts


class Recorder(Tracing):
    """Traces with spans, sent on in batches; what cannot be sent is dropped and counted.

    Args:
        share: of all traces, 0 to 1; which ones is decided by the trace id, the same everywhere,
            and never by who asks.
        export: sends a batch, in the recorder's thread; tells whether it was taken.
        close: breaks off whatever `export` waits for.

    """

    is_on = True

    def __init__(
        self,
        share: float,
        metrics: Metrics,
        export: Callable[[Sequence[Finished]], bool],
        close: Callable[[], None],
    ) -> None:
        self._below, self._export, self._close = int(share * _LOW), export, close
        self._counted = {each: metrics.spans.labels(each) for each in OUTCOMES}
        self._waiting: deque[Finished] = deque()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tracing", daemon=True)
        self._thread.start()

    def begin(self, kind: Kind, parent: str | None) -> Span:
        """Begin a span; it is recorded when it ends, if its trace is one of the share."""
        traceparent = child_traceparent(parent)
        if int(traceparent[19:35], 16) >= self._below:
            return Span(traceparent)
        return _Recorded(self, kind, traceparent, parent_id(parent))

    def record(self, span: Finished) -> None:
        """Put a span in line; called by any thread, and waits for none."""
        if len(self._waiting) >= ROOM:
            self._counted["no_room"].inc()
        else:
            self._waiting.append(span)

    def stop(self, within_s: float = 1.0) -> None:
        """Send what waits; what the collector does not take in this time is lost."""
        self._stopping.set()
        self._thread.join(within_s)
        self._close()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_S):
            self._send()
        self._send()

    def _send(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            outcome = "sent" if self._export(batch) else "not_taken"
            self._counted[outcome].inc(len(batch))


class _Recorded(Span):
    __slots__ = ("_began_at", "_kind", "_parent", "_recorder")

    def __init__(self, recorder: Recorder, kind: Kind, traceparent: str, parent: str) -> None:
        super().__init__(traceparent)
        self._recorder, self._kind, self._parent = recorder, kind, parent
        self._began_at = time_ns()

    def end(self, name: str, *, has_failed: bool = False, **facts: Unpack[Facts]) -> None:
        _, trace, own, _ = self.traceparent.split("-")
        times = (self._began_at, max(time_ns(), self._began_at))
        told = (suitable(name), self._kind, trace, own, self._parent, *times, has_failed, facts)
        self._recorder.record(Finished(*told))


def suitable(text: str) -> str:
    """Return a text if it looks like a name of ours; what somebody typed does not."""
    return text if all(map(_SUITABLE.fullmatch, text.split(" "))) else "unsuitable"


def tracing_of(service: str, collector: Collector | None, metrics: Metrics) -> Tracing:
    """Return how a process traces: with spans where a collector is named, otherwise without."""
    if collector is None:
        return Tracing()
    from services.chassis.otlp import Exporter  # noqa: PLC0415 - its libraries are for this alone

    exporter = Exporter(service, collector.endpoint)
    return Recorder(collector.share, metrics, exporter.send, exporter.close)
