"""What is to be done at once after a save, in this process, without holding up who saved.

Nothing here is kept: what must not be lost is found again in the database by whoever looks there.
Each lane has places of its own, so that a slow provider holds up nobody but its own lane. Paperwork
stands aside for everything else, and is done before the process ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

from eventlet.event import Event
from eventlet.queue import LightQueue
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from services.chassis.logs import get_logger
from services.chassis.rush import Rush
from services.chassis.storage.faults import count_fault
from services.chassis.traceparent import TRACEPARENT, current_traceparent

STANDS_ASIDE_S = 1.0
_log = get_logger(__name__)

Work = TypeVar("Work", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class _Put:
    """A job as it was put: in which trace, and when by the monotonic clock."""

    job: Any
    traceparent: str
    at: float


class AtOnce(Entrypoint):  # type: ignore[misc]  # nameko has no types
    """Runs a method for each job that is put before `queue` of the runtime.

    Args:
        queue: its name among the runtime's jobs.
        places: how many run at once in a lane.
        lane: which lane a job goes by; all go by one where it is left out.
        is_paperwork: it lets what somebody waits for go first, for a second at most.

    """

    def __init__(
        self,
        queue: str,
        *,
        places: int,
        lane: Callable[[Any], str] = lambda _: "",
        is_paperwork: bool = False,
        **options: Any,
    ) -> None:
        self.queue, self.places, self.lane = queue, places, lane
        self.is_paperwork = is_paperwork
        super().__init__(**options)

    def setup(self) -> None:
        """Have no lane yet."""
        self._lanes: dict[str, LightQueue] = {}
        self._threads: list[Any] = []

    def start(self) -> None:
        """Take jobs from now on."""
        self.container.runtime.jobs.listen(self.queue, self._take)

    def stop(self) -> None:
        """Take no more; what is under way ends, what waits is found again by another process.

        Paperwork is done to its end: that a message has left nobody else could find.
        """
        self.container.runtime.jobs.deafen(self.queue)
        for waiting in self._lanes.values():
            while not (self.is_paperwork or waiting.empty()):
                waiting.get_nowait()
                self._rush.end()
            for _ in range(self.places):
                waiting.put(_END)
        for thread in self._threads:
            thread.wait()

    def _take(self, job: Any) -> None:
        lane = self.lane(job)
        if lane not in self._lanes:
            self._lanes[lane] = LightQueue()
            self._threads += [self._spawn(self._lanes[lane]) for _ in range(self.places)]
        if not self.is_paperwork:
            self._rush.begin()
        self._lanes[lane].put(_Put(job, current_traceparent(), monotonic()))

    def _spawn(self, waiting: LightQueue) -> Any:
        return self.container.spawn_managed_thread(lambda: self._work(waiting), identifier="jobs")

    def _work(self, waiting: LightQueue) -> None:
        while (put := waiting.get()) is not _END:
            if self.is_paperwork:
                self._rush.stand_aside(put.at + STANDS_ASIDE_S)
                self._run(put)
            else:
                try:
                    self._run(put)
                finally:
                    self._rush.end()

    @property
    def _rush(self) -> Rush:
        rush: Rush = self.container.runtime.rush
        return rush

    def _run(self, put: _Put) -> None:
        """Run the method for a job, in the trace in which it was put."""
        ended = Event()

        def settle(_worker: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
            if exc_info:
                metrics = self.container.runtime.metrics
                metrics.timer_failures.labels(self.method_name).inc()
                count_fault(metrics, exc_info[1])
                _log.error("job_failed", door=self.method_name, exc_info=exc_info)
            ended.send(None)
            return result, exc_info

        trace = {TRACEPARENT: put.traceparent}
        try:
            self.container.spawn_worker(self, (put.job,), {}, trace, handle_result=settle)
        except ContainerBeingKilled:
            return
        ended.wait()


_END = object()


def at_once(queue: str, **options: Any) -> Callable[[Work], Work]:
    """Make a method run for each job of a queue; `options` are those of `AtOnce`."""
    decorate: Callable[[Work], Work] = AtOnce.decorator(queue, **options)
    return decorate
