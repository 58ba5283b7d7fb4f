"""The spans of publications, from leaving to the broker's answer; in the publisher's thread."""

from __future__ import annotations

import json
from dataclasses import dataclass

from services.chassis import clock
from services.chassis.messaging.window import Fate, Flight
from services.chassis.traceparent import TRACEPARENT
from services.chassis.tracing import Kind, Span, Tracing


@dataclass(frozen=True, slots=True)
class _Leaving:
    flight: Flight
    span: Span
    waited_ms: int


class OnTheirWay:
    """Publications that are not confirmed yet; nothing at all where spans are not recorded."""

    def __init__(self, tracing: Tracing) -> None:
        self._tracing = tracing
        self._leaving: dict[int, _Leaving] = {}

    def leave(self, flight: Flight) -> dict[str, str] | None:
        """Begin the span of a publication; return the headers that name it to who hears it."""
        if not self._tracing.is_on:
            return None
        span = self._tracing.begin(Kind.PRODUCER, _led_to(flight))
        waited = (clock.now() - flight.entry.occurred_at).total_seconds()
        self._leaving[flight.tag] = _Leaving(flight, span, max(round(waited * 1000), 0))
        return {TRACEPARENT: span.traceparent}

    def land(self, flight: Flight, fate: Fate) -> None:
        """End the span of a publication by what became of it."""
        if (leaving := self._leaving.pop(flight.tag, None)) is not None:
            _end(leaving, fate.value, has_failed=fate is not Fate.CONFIRMED)

    def lose(self) -> None:
        """End what nobody can say the fate of: the line is gone."""
        lost, self._leaving = self._leaving, {}
        for leaving in lost.values():
            _end(leaving, "lost", has_failed=True)


def _end(leaving: _Leaving, outcome: str, *, has_failed: bool) -> None:
    entry = leaving.flight.entry
    leaving.span.end(
        f"publish {entry.routing_key}",
        has_failed=has_failed,
        event=entry.routing_key,
        event_id=entry.event_id,
        outcome=outcome,
        waited_ms=leaving.waited_ms,
    )


def _led_to(flight: Flight) -> str | None:
    """Return the span in which an event was said, as it stands in the event itself."""
    told: str | None = json.loads(flight.entry.body).get(TRACEPARENT)
    return told
