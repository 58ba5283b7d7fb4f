"""An end in time for what a green thread does, however many steps it takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eventlet import Timeout


class TimeIsUp(Exception):
    """What was to be done within a time was not."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Break off what waits inside when the seconds are over.

    It is broken off by an exception that libraries do not catch by accident. Without green threads
    (a plain process) nothing is broken off, and the time-outs of each single step must do.

    Raises:
        TimeIsUp: the seconds are over.

    """
    limit = Timeout(seconds)
    try:
        yield
    except Timeout as over:
        if over is not limit:
            raise
        raise TimeIsUp(f"after {seconds:g} s") from None
    finally:
        limit.cancel()
