"""Why something happens: who asked, what it followed from, and how it is traced."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from services.chassis.auth import Principal
from services.chassis.ids import new_id

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")


@dataclass(frozen=True, slots=True)
class Context:
    """The reason of a change, written on each event that it leads to.

    `receipt` is the mark kept in the aggregate, so that the same reason is applied only once: the
    id of the event being heard, or `key:<hash of the idempotency key>:<hash of the body>` of a
    request; None for neither.
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


def fresh_context(principal: Principal | None = None, traceparent: str | None = None) -> Context:
    """Return the context of something that starts here, in a given trace or a new one."""
    return Context(new_id(), child_traceparent(traceparent), principal=principal)


def request_receipt(principal: Principal, key: str, body: bytes) -> str:
    """Return the receipt of a request that carries an idempotency key.

    The body's hash is keyed by the idempotency key, which is not stored: nobody can guess bodies.
    """
    who = hashlib.sha256(f"{principal.id}\x1f{key}".encode()).hexdigest()[:32]
    what = hmac.new(key.encode(), body, hashlib.sha256).hexdigest()[:32]
    return f"key:{who}:{what}"


def child_traceparent(parent: str | None) -> str:
    """Return a W3C traceparent of the same trace with a new span; a new trace if none fits."""
    match = _TRACEPARENT.match(parent or "")
    trace = match[1] if match else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def trace_id(traceparent: str | None) -> str:
    """Return the trace id within a traceparent, or an empty text."""
    match = _TRACEPARENT.match(traceparent or "")
    return match[1] if match else ""
