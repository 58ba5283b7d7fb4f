"""A drill in a running system: its processes, its figures, and its one document in each service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.support import until
from tests.support.measured import measured
from tests.support.stack import Stack

ON_THE_WAY = ("referrals", "risk", "notifications")
EVERY_S = 1
OFTEN = {"DRILL_EVERY_S": str(EVERY_S)}


@dataclass
class Drills:
    """The drills of one stack, one a second."""

    stack: Stack
    mongo: Any
    environment: dict[str, str] = field(default_factory=lambda: dict(OFTEN))

    def start(self, *services: str) -> None:
        """Start services side by side, and wait until they are ready."""
        for service in services:
            self.stack.start(service, ready=False, **self.environment)
        for service in services:
            self.stack.wait(service)

    def age(self, process: str = "referrals") -> float:
        """Return how long ago, in seconds, a drill last succeeded."""
        found = measured(self.stack.url(process), "casework_drill_age_seconds")
        assert found is not None
        return found

    def count(self, course: str, process: str = "referrals") -> float:
        """Return how many drills have taken a course, as one process has counted them."""
        found = measured(self.stack.url(process), "casework_drills_total", course=course)
        assert found is not None
        return found

    def document(self, service: str = "referrals") -> dict[str, Any]:
        """Return the one document of the drill in a service."""
        (found,) = self.mongo.database(service)["drills"].find()
        return dict(found)

    def succeed(self, times: int = 1, within: float = 20.0) -> None:
        """Wait until so many more have succeeded."""
        until(lambda: self.count("succeeded") >= 0)
        enough = self.count("succeeded") + times
        until(lambda: self.count("succeeded") >= enough, within)

    def fall_silent(self, seconds: float = 3.0) -> None:
        """Wait until the last success is so long ago, and that has been counted."""
        before = self.count("overdue")
        until(lambda: self.age() > seconds and self.count("overdue") > before, 20)
