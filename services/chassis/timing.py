"""The clock door of a nameko service: `@every(seconds=1)`.

nameko's own timer reckons by the wall clock, so an hour put back would silence it for an hour, and
a failure in it is easily overlooked. This one counts monotonic seconds, and tells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from eventlet import Timeout
from eventlet.event import Event
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from services.chassis.failpoints import reach
from services.chassis.logs import get_logger
from services.chassis.storage.faults import count_fault

_log = get_logger(__name__)

Tick = TypeVar("Tick", bound=Callable[..., None])


class Every(Entrypoint):  # type: ignore[misc]  # nameko has no types
    """Runs a method again and again, `seconds` after it ended, never twice at once."""

    def __init__(self, seconds: float, **options: Any) -> None:
        self.seconds = seconds
        super().__init__(**options)

    def setup(self) -> None:
        """Prepare to be stopped."""
        self._told = Event()

    def start(self) -> None:
        """Begin to count."""
        self._thread = self.container.spawn_managed_thread(self._run, identifier="every")

    def stop(self) -> None:
        """End after the run that is under way."""
        self._told.send("stop")
        self._thread.wait()

    def kill(self) -> None:
        """End now."""
        self._thread.kill()

    def _run(self) -> None:
        while not self._told.ready():
            with Timeout(self.seconds, exception=False):
                self._told.wait()
            if not self._told.ready():
                self._tick()

    def _tick(self) -> None:
        ended = Event()

        def settle(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info:
                metrics = self.container.runtime.metrics
                metrics.timer_failures.labels(self.method_name).inc()
                count_fault(metrics, exc_info[1])
                _log.error("timer_failed", door=self.method_name, exc_info=exc_info)
            reach("ticked")
            ended.send(None)
            return result, exc_info

        reach("ticking")
        try:
            self.container.spawn_worker(self, (), {}, handle_result=settle)
        except ContainerBeingKilled:
            return
        ended.wait()


def every(seconds: float) -> Callable[[Tick], Tick]:
    """Make a method run every so many seconds (monotonic), from its end to its next start."""
    decorate: Callable[[Tick], Tick] = Every.decorator(seconds)
    return decorate
