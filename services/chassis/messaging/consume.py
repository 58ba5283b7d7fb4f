"""The event door of a nameko service: `@hears("referral_submitted", 1)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, TypeVar

import structlog
from eventlet.queue import LightQueue
from eventlet.semaphore import Semaphore
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension

from services.chassis.context import Context
from services.chassis.failpoints import reach
from services.chassis.logs import describe, get_logger
from services.chassis.messaging.deliveries import Delivery
from services.chassis.messaging.subscription import Subscription
from services.chassis.messaging.topology import work_queues
from services.chassis.storage.faults import count_fault
from services.chassis.storage.mongo import is_outage
from services.chassis.storage.refusals import NewerForm
from services.chassis.traceparent import TRACEPARENT
from services.chassis.tracing import Facts, Kind, Span
from services.contracts.catalogue import Contract, contract
from services.contracts.envelope import Envelope

_log = get_logger(__name__)

Handler = TypeVar("Handler", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Heard:
    """An event as a handler gets it: its envelope, its data as Python values, and the reason."""

    envelope: Envelope
    context: Context
    at: datetime

    @property
    def data(self) -> Any:
        """Return the event's data by field name."""
        return self.envelope.data


class Ears(SharedExtension, ProviderCollector):  # type: ignore[misc]  # nameko has no types
    """The one subscription of a process, feeding its handlers by at most `prefetch` at a time."""

    def setup(self) -> None:
        """Prepare the line from the bus to the workers."""
        self._waiting: LightQueue = LightQueue()
        self._places = Semaphore(self.container.runtime.settings.prefetch)
        self._subscription: Subscription | None = None
        self._is_pausing = False

    def start(self) -> None:
        """Subscribe to everything that a handler hears."""
        if self._subscription is not None or not self._providers:
            return
        runtime, contracts = self.container.runtime, [p.contract for p in self._providers]
        self._subscription = Subscription(
            runtime.settings.amqp_uri,
            runtime.service,
            work_queues(runtime.service, contracts),
            runtime.metrics,
            self._waiting.put,
            prefetch=runtime.settings.prefetch,
            fatal=self.container.end_with,
            answer=runtime.relay.publisher.answer,
        )
        self.container.health.subscription = self._subscription
        self.container.spawn_managed_thread(self._feed, identifier="ears")
        self._subscription.start()

    def pause(self) -> None:
        """Take no more messages, while those under way are finished and settled."""
        self._is_pausing = True
        if self._subscription is not None:
            self._subscription.pause()

    def stop(self) -> None:
        """Close; called when no worker is left."""
        if self._subscription is not None:
            self._subscription.stop()
        super().stop()

    def _feed(self) -> None:
        doors = {provider.contract.routing_key: provider for provider in self._providers}
        while True:
            delivery = self._waiting.get()
            self._places.acquire()
            if self._is_pausing:
                return
            self.container.runtime.rush.begin()
            doors[delivery.envelope.routing_key].take(delivery, self._settled)

    def _settled(self) -> None:
        self.container.runtime.rush.end()
        self._places.release()


class Hears(Entrypoint):  # type: ignore[misc]  # nameko has no types
    """One handler of one event version."""

    ears = Ears()

    def __init__(self, event_type: str, version: int, **options: Any) -> None:
        self.contract: Contract = contract(event_type, version)
        super().__init__(**options)

    def setup(self) -> None:
        """Register with the subscription."""
        self.ears.register_provider(self)

    def stop(self) -> None:
        """Stop hearing, before the workers are waited for."""
        self.ears.pause()
        self.ears.unregister_provider(self)
        super().stop()

    def take(self, delivery: Delivery, release: Callable[[], None]) -> None:
        """Run the handler in a worker, and settle by how it ended."""
        runtime = self.container.runtime
        lag = (runtime.now() - delivery.envelope.occurred_at).total_seconds()
        runtime.metrics.event_lag.labels(self.contract.type).observe(max(lag, 0))
        span = runtime.tracing.begin(Kind.CONSUMER, delivery.traceparent)
        context = _context(delivery.envelope, span.traceparent)
        heard = Heard(delivery.envelope, context, runtime.now())
        settle = partial(self._settle, delivery, release, monotonic(), span)
        trace = {TRACEPARENT: span.traceparent}
        reach("hearing")
        try:
            self.container.spawn_worker(self, (heard,), {}, trace, handle_result=settle)
        except ContainerBeingKilled:
            release()

    def _settle(
        self,
        delivery: Delivery,
        release: Callable[[], None],
        since: float,
        span: Span,
        _worker: Any,
        result: Any,
        exc_info: Any,
    ) -> tuple[Any, Any]:
        release()
        metrics = self.container.runtime.metrics
        metrics.handler_seconds.labels(self.contract.type).observe(monotonic() - since)
        error = exc_info[1] if exc_info else None
        if error is None:
            reach("handled")
            delivery.done()
        else:
            self._tell(delivery, exc_info)
            count_fault(metrics, error)
            can_wait = is_outage(error) or isinstance(error, NewerForm)
            again = delivery.wait if can_wait else delivery.retry
            again(describe(error))
        _end(span, delivery, error)
        return result, exc_info

    def _tell(self, delivery: Delivery, exc_info: Any) -> None:
        envelope = delivery.envelope
        with structlog.contextvars.bound_contextvars(case_id=envelope.case_id):
            _log.warning(
                "handler_failed",
                door=self.method_name,
                event_id=envelope.event_id,
                attempt=delivery.attempt,
                exc_info=exc_info,
            )


def hears(event_type: str, version: int) -> Callable[[Handler], Handler]:
    """Make a method the handler of an event version; it takes what was `Heard`."""
    decorate: Callable[[Handler], Handler] = Hears.decorator(event_type, version)
    return decorate


def _end(span: Span, delivery: Delivery, error: BaseException | None) -> None:
    facts: Facts = {
        "queue": delivery.queue,
        "event_id": delivery.envelope.event_id,
        "case_id": delivery.envelope.case_id,
        "attempt": delivery.attempt,
    }
    if error is not None:
        facts["error"] = type(error).__name__
    span.end(f"process {delivery.queue}", has_failed=error is not None, **facts)


def _context(envelope: Envelope, traceparent: str) -> Context:
    return Context(
        correlation_id=envelope.correlation_id,
        traceparent=traceparent,
        causation_id=envelope.event_id,
        receipt=envelope.event_id,
    )
