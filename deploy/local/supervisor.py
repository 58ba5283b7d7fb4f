"""Keeps processes running: starts again what dies, waits longer each time, tells about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from time import monotonic

from deploy.local.children import Child

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
IS_WELL_AFTER_S = 60.0


@dataclass
class Watched:
    """One process that is to run; `due_at` is when it is started again, None while it runs."""

    stage: str
    start: Callable[[], Child]
    child: Child
    started_at: float
    deaths: int = 0
    due_at: float | None = None

    @property
    def wait_s(self) -> float:
        """Return how long to wait after its last death: doubled each time, up to a bound."""
        return float(min(FIRST_WAIT_S * 2 ** (self.deaths - 1), LONGEST_WAIT_S))


class Supervisor:
    """Watches processes, stage after stage as they were added, and ends them the other way."""

    def __init__(self, tell: Callable[[str], None], clock: Callable[[], float] = monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._watched: list[Watched] = []

    @property
    def children(self) -> list[Child]:
        """Return the processes as they are now, in order."""
        return [watched.child for watched in self._watched]

    def add(self, stage: str, start: Callable[[], Child]) -> Child:
        """Start a process and watch it from now on; processes of one stage are ended together."""
        child = start()
        self._watched.append(Watched(stage, start, child, self._clock()))
        return child

    def look(self) -> None:
        """Note what has died, and start what is due; to be called often."""
        for watched in self._watched:
            if watched.due_at is not None:
                self._start_if_due(watched)
            elif not watched.child.is_alive:
                self._note_death(watched)

    def stop(self) -> None:
        """End all processes, the last stage first: all of a stage are asked, then waited for."""
        stages = [list(stage) for _, stage in groupby(self._watched, lambda each: each.stage)]
        self._watched.clear()
        for stage in reversed(stages):
            for watched in stage:
                watched.child.ask_to_stop()
            for watched in reversed(stage):
                watched.child.end()

    def _note_death(self, watched: Watched) -> None:
        now = self._clock()
        was_well = now - watched.started_at > IS_WELL_AFTER_S
        watched.deaths = 1 if was_well else watched.deaths + 1
        watched.due_at = now + watched.wait_s
        child = watched.child
        child.kill()  # what is left of its group
        self._tell(
            f"{child.name} ended ({child.exit_code}); started again in {watched.wait_s:.1f} s "
            f"(log: {child.log})"
        )

    def _start_if_due(self, watched: Watched) -> None:
        if watched.due_at is not None and self._clock() >= watched.due_at:
            watched.child = watched.start()
            watched.started_at, watched.due_at = self._clock(), None
