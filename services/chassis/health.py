"""Health that means it: alive is turning; ready is able to do this role's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Protocol

from prometheus_client import Gauge

DRAINED_WITHIN_S = 5.0
OUTBOX_WITHIN_S = 60.0
ASK_AGAIN_AFTER_S = 1.0
SHOW_EVERY_S = 5.0


class Consuming(Protocol):
    """What readiness asks of a subscription."""

    is_consuming: bool
    drained_at: float


@dataclass
class Health:
    """The checks of one process.

    A process that only takes HTTP is ready with its database alone: referrals are accepted while
    the bus is down. One that handles events must also be consuming and publishing.
    """

    role: str
    ping: Callable[[], Any]
    oldest_outbox_at: Callable[[], datetime | None]
    now: Callable[[], datetime]
    subscription: Consuming | None = None
    _asked_at: float = field(default=-1e9)
    _answer: bool = field(default=False)

    def checks(self) -> dict[str, bool]:
        """Return each check by name with its result."""
        found = {"database": self._database()}
        if self.role != "api":
            found |= {"outbox": self._outbox(), "consuming": self._consuming()}
        return found

    def show(self, gauge: Gauge) -> None:
        """Show each check as it is now, whether anybody asks or not."""
        for name, passes in self.checks().items():
            gauge.labels(name).set(int(passes))

    def _database(self) -> bool:
        if monotonic() - self._asked_at > ASK_AGAIN_AFTER_S:
            self._asked_at = monotonic()
            self._answer = _succeeds(self.ping)
        return self._answer

    def _outbox(self) -> bool:
        oldest = self.oldest_outbox_at()
        return oldest is None or (self.now() - oldest).total_seconds() < OUTBOX_WITHIN_S

    def _consuming(self) -> bool:
        heard = self.subscription
        return heard is None or (
            heard.is_consuming and monotonic() - heard.drained_at < DRAINED_WITHIN_S
        )


def _succeeds(question: Callable[[], Any]) -> bool:
    try:
        question()
    except Exception:
        return False
    return True
