"""Why something happens: who asked, what it followed from, and how it is traced."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from services.chassis.auth import Principal
from services.chassis.ids import new_id
from services.chassis.traceparent import current_traceparent, root_traceparent, trace_id


@dataclass(frozen=True, slots=True)
class Context:
    """The reason of a change, written on each event that it leads to.

    `receipt` is the mark kept in the aggregate, so that the same reason is applied only once: the
    id of the event being heard, or `key:<hash of the idempotency key>:<hash of the body>` of a
    request; None for neither.
    `traceparent` names the span in which it happens, whether that is recorded or not.
    `principal` is None where no person asked: events and timers.
    """

    correlation_id: str
    traceparent: str
    causation_id: str | None = None
    receipt: str | None = None
    principal: Principal | None = None

    @property
    def trace_id(self) -> str:
        """Return the W3C trace id (32 hexadecimal digits)."""
        return trace_id(self.traceparent)


def fresh_context(principal: Principal | None = None) -> Context:
    """Return the context of what starts here, in the trace of this thread or in a new one."""
    return Context(new_id(), current_traceparent() or root_traceparent(), principal=principal)


def request_receipt(principal: Principal, key: str, body: bytes) -> str:
    """Return the receipt of a request that carries an idempotency key.

    The body's hash is keyed by the idempotency key, which is not stored: nobody can guess bodies.
    """
    who = hashlib.sha256(f"{principal.id}\x1f{key}".encode()).hexdigest()[:32]
    what = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()[:32]
    return f"key:{who}:{what}"
