"""A message on its way through this process: as it came, and as a handler is given it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pika
from pika.channel import Channel

from services.chassis.traceparent import TRACEPARENT, trace_id
from services.contracts.envelope import Envelope

ATTEMPT, REASON, QUEUE = "x-attempt", "x-reason", "x-queue"
RETURNED = "x-delivery-count"
WORN_OUT = "its consumer died, or let go of it, too often while it was being handled"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message, decoded and proved against its contract, waiting to be settled once.

    `traceparent` is that of its publication, or of what led to it where that was not recorded.
    `retry` is for a failure of its handler, which has so many attempts; `wait` for one of what the
    handler needs, which has no end.
    """

    envelope: Envelope
    queue: str
    attempt: int
    traceparent: str | None
    done: Callable[[], None]
    retry: Callable[[str], None]
    wait: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Raw:
    """A message as it came, with the channel that it must be settled on."""

    channel: Channel
    tag: int
    queue: str
    body: bytes
    properties: pika.BasicProperties

    @property
    def attempt(self) -> int:
        """Return which attempt this is, counted from 1."""
        return max(self._told(ATTEMPT), 1)

    @property
    def returned(self) -> int:
        """Return how often the broker gave it out before and got it back unsettled."""
        return max(self._told(RETURNED), 0)

    @property
    def traceparent(self) -> str | None:
        """Return the trace and span of its publication, if those were recorded."""
        value = (self.properties.headers or {}).get(TRACEPARENT)
        return value if isinstance(value, str) and trace_id(value) else None

    def moved(self, attempt: int, reason: str) -> pika.BasicProperties:
        """Return the properties of its copy in another queue: what it had, and why it is there."""
        before = {k: v for k, v in (self.properties.headers or {}).items() if k != RETURNED}
        told = {ATTEMPT: attempt, REASON: reason[:255], QUEUE: self.queue}
        return pika.BasicProperties(
            content_type=self.properties.content_type,
            delivery_mode=pika.DeliveryMode.Persistent.value,
            message_id=self.properties.message_id,
            correlation_id=self.properties.correlation_id,
            headers=before | told,
        )

    def _told(self, header: str) -> int:
        value = (self.properties.headers or {}).get(header, 0)
        return value if isinstance(value, int) else 0
