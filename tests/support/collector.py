"""A fake collector of spans on this machine, which takes OTLP over HTTP as a real one does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.support.providers import Providers

TRACES = "/v1/traces"
FAILED = 2


@dataclass(frozen=True, slots=True)
class Seen:
    """One span as it came; ids in hexadecimal, `parent` empty for a root."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    has_failed: bool
    attributes: Mapping[str, Any]


class Collected:
    """What has come to the collector so far."""

    def __init__(self, providers: Providers) -> None:
        self.providers = providers

    @property
    def environment(self) -> dict[str, str]:
        """Return the settings by which a process sends its spans here."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.providers.url()}

    @property
    def text(self) -> str:
        """Return all that came, as text."""
        return "\n".join(map(str, self._requests()))

    def spans(self, trace: str | None = None) -> list[Seen]:
        """Return what came, or what of it belongs to a trace."""
        found = [span for request in self._requests() for span in _spans(request)]
        return [span for span in found if trace in (None, span.trace)]

    def _requests(self) -> Iterator[Any]:
        for received in self.providers.received_at(TRACES):
            yield ExportTraceServiceRequest.FromString(received.body)


@contextmanager
def collecting() -> Iterator[Collected]:
    """Run a collector as long as the block lasts."""
    with Providers() as providers:
        yield Collected(providers)


def _spans(request: Any) -> Iterator[Seen]:
    for resource in request.resource_spans:
        service = _attributes(resource.resource)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(
                    service,
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                    span.status.code == FAILED,
                    _attributes(span),
                )


def _attributes(holder: Any) -> dict[str, Any]:
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in holder.attributes
    }
