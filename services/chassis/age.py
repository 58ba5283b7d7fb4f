"""How long ago something last happened, as a metric that is reckoned when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from prometheus_client import Gauge


class Age:
    """Shows an age on a gauge, in seconds.

    Until it is known when it last happened, it is the age of this process: silence from the start
    shows too. Once known it grows by the monotonic clock: a wall clock that is put back does not
    hide silence.
    """

    def __init__(self, gauge: Gauge, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._at = clock, clock()
        self._known: datetime | None = None
        gauge.set_function(lambda: self._clock() - self._at)

    def happened(self, at: datetime, now: datetime) -> None:
        """Take in when it last happened; the same moment told again changes nothing."""
        if at != self._known:
            self._known = at
            self._at = self._clock() - max((now - at).total_seconds(), 0)
