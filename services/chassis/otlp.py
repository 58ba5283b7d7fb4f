"""Spans on their way to a collector, by OpenTelemetry's SDK and its protocol over HTTP.

The SDK wants to be asked when a span begins, and to keep it until it ends. Here it is told
afterwards, in one thread: it is given the ids that the trace has had all along.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from services.chassis.logs import get_logger
from services.chassis.tracing import Finished, Kind, suitable

NAMESPACE = "turning-the-page"
_KINDS = {
    Kind.SERVER: SpanKind.SERVER,
    Kind.CLIENT: SpanKind.CLIENT,
    Kind.PRODUCER: SpanKind.PRODUCER,
    Kind.CONSUMER: SpanKind.CONSUMER,
}
NAMES: Mapping[str, str] = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "upstream": "casework.upstream",
    "event": "casework.event",
    "event_id": "messaging.message.id",
    "case_id": "casework.case_id",
    "queue": "messaging.destination.name",
    "attempt": "casework.attempt",
    "outcome": "casework.outcome",
    "waited_ms": "casework.outbox_waited_ms",
    "channel": "casework.channel",
    "error": "error.type",
}
_log = get_logger(__name__)


class Exporter:
    """Sends spans of one process; further settings (headers, certificates) are OpenTelemetry's."""

    def __init__(self, service: str, endpoint: str) -> None:
        self._ids, self._ended = _Ids(), _Ended()
        resource = Resource.create({"service.name": service, "service.namespace": NAMESPACE})
        provider = TracerProvider(
            sampler=ALWAYS_ON,
            resource=resource,
            shutdown_on_exit=False,
            id_generator=self._ids,
        )
        provider.add_span_processor(self._ended)
        self._tracer = provider.get_tracer("services.chassis.tracing")
        self._exporter = OTLPSpanExporter(endpoint=endpoint)
        self._is_well = True

    def send(self, spans: Sequence[Finished]) -> bool:
        """Send a batch, in the one thread that does; tell whether the collector took it."""
        is_taken = self._attempt(spans)
        if is_taken is not self._is_well:
            _log.warning("spans_taken_again" if is_taken else "spans_not_taken")
        self._is_well = is_taken
        return is_taken

    def close(self) -> None:
        """Break off what is under way."""
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # it has no types

    def _attempt(self, spans: Sequence[Finished]) -> bool:
        try:
            for each in spans:
                self._tell(each)
            return self._exporter.export(self._ended.take()) is SpanExportResult.SUCCESS
        except Exception:
            _log.exception("spans_not_sent")
            return False

    def _tell(self, told: Finished) -> None:
        self._ids.trace, self._ids.span = int(told.trace, 16), int(told.id, 16)
        span = self._tracer.start_span(
            told.name,
            set_span_in_context(NonRecordingSpan(_parent(told))),
            _KINDS[told.kind],
            attributes=_attributes(told),
            start_time=told.began_at,
        )
        if told.has_failed:
            span.set_status(StatusCode.ERROR)
        span.end(told.ended_at)


class _Ids(IdGenerator):
    """The ids of the span that is being told."""

    trace = span = 0

    def generate_trace_id(self) -> int:
        return self.trace

    def generate_span_id(self) -> int:
        return self.span


class _Ended(SpanProcessor):
    """Keeps what has been told until it is sent."""

    def __init__(self) -> None:
        self._spans: list[ReadableSpan] = []

    def on_end(self, span: ReadableSpan) -> None:
        self._spans.append(span)

    def take(self) -> Sequence[ReadableSpan]:
        taken, self._spans = self._spans, []
        return taken


def _parent(told: Finished) -> SpanContext:
    """Return the context of a parent; without one it is not valid, and the span is a root."""
    flags = TraceFlags(TraceFlags.SAMPLED)
    return SpanContext(int(told.trace, 16), int(told.parent or "0", 16), True, flags)


def _attributes(told: Finished) -> dict[str, str | int]:
    return {
        NAMES[fact]: suitable(value) if isinstance(value, str) else int(str(value))
        for fact, value in told.facts.items()
    }
