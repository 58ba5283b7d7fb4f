"""The one text that names a trace and a span of it, as W3C has it, and the trace of a thread.

It is made, and goes on, whether spans are recorded or not: logs, problems and the list of reads
tell its id.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

TRACEPARENT = "traceparent"
ROOTS_BEGIN = 16
_FORM = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str] = ContextVar(TRACEPARENT, default="")


def child_traceparent(parent: str | None) -> str:
    """Return a W3C traceparent of the same trace with a new span; a new trace if none fits."""
    match = _FORM.fullmatch(parent or "")
    trace = match[1] if match else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


def root_traceparent(trace: str = "") -> str:
    """Return a traceparent to begin a trace with, where no span is the first.

    It says so by naming the beginning of the trace id itself: what follows from it has no parent.
    """
    trace = trace or secrets.token_hex(16)
    return f"00-{trace}-{trace[:ROOTS_BEGIN]}-01"


def trace_id(traceparent: str | None) -> str:
    """Return the trace id within a traceparent, or an empty text."""
    match = _FORM.fullmatch(traceparent or "")
    return match[1] if match else ""


def parent_id(traceparent: str | None) -> str:
    """Return the id of the span that what follows is a child of; empty where that is a root."""
    trace = trace_id(traceparent)
    named = (traceparent or "")[36:52] if trace else ""
    return "" if named == trace[:ROOTS_BEGIN] else named


def current_traceparent() -> str:
    """Return the traceparent of this thread or task, empty where it is in no trace."""
    return _current.get()


@contextmanager
def following(traceparent: str) -> Iterator[None]:
    """Let this thread or task, and its logs, be in a trace for a while."""
    before = _current.set(traceparent)
    try:
        yield
    finally:
        _current.reset(before)


def follow(traceparent: str) -> None:
    """Let this thread, and its logs, be in a trace until it ends."""
    _current.set(traceparent)
