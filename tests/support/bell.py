"""A bell between a test and a service process, so that no test has to wait for a guessed time.

When a test rings, each timer of the process runs at once, and what it remembers of the database is
read anew. The process tells in a file which ring all of its timers have answered, how much is under
way (jobs and events), and how many events it has heard. Only `tests.support.turned` hangs it up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from time import monotonic
from typing import Any

LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Told:
    """What a process tells: the ring that was answered, what is under way, events heard."""

    ring: int = -1
    under_way: int = 0
    heard: int = 0


def ring(place: Path, number: int) -> None:
    """Ring for the `number`th time at all who have hung up this bell."""
    _write(place, str(number))


def answer(place: Path, name: str) -> Told:
    """Return what a process tells; where it has not said anything yet, that it has not."""
    with suppress(FileNotFoundError):
        return Told(**json.loads(_of(place, name).read_text()))
    return Told()


def forget(place: Path, name: str) -> None:
    """Forget what a process told, before it is started again."""
    _of(place, name).unlink(missing_ok=True)


def hang(own: Path) -> None:
    """Hang the bell up in this process; `own` names the file that it answers in."""
    listener = _Listener(own, own.parent / "bell")
    listener.listen_in_timers()
    listener.count_jobs()
    listener.count_events()
    listener.read_anew()


def own_file(place: Path, name: str) -> Path:
    """Return what to tell a process as `CHAOS_BELL`."""
    return _of(place, name)


def _of(place: Path, name: str) -> Path:
    return place.parent / f"{name}.answer"


def _write(place: Path, text: str) -> None:
    fresh = place.with_suffix(f"{place.suffix}.new")
    fresh.write_text(text)
    fresh.replace(place)


class _Listener:
    def __init__(self, own: Path, bell: Path) -> None:
        self._own, self._bell = own, bell
        self._answered: dict[Any, int] = {}
        self._under_way = self._heard = 0

    @property
    def _ring(self) -> int:
        return int(self._bell.read_text())

    def _tell(self) -> None:
        answered = min(self._answered.values(), default=self._ring)
        _write(self._own, json.dumps(asdict(Told(answered, self._under_way, self._heard))))

    def _counted(self, change: int) -> None:
        self._under_way += change
        self._tell()

    def listen_in_timers(self) -> None:
        """Have each timer run at its time or when the bell rings, whichever comes first."""
        from services.chassis.timing import Every  # noqa: PLC0415 - sockets are patched before

        def run(timer: Any) -> None:
            self._answered[timer] = -1
            while not timer._told.ready():
                self._wait(timer)
                if not timer._told.ready():
                    heard = self._ring
                    timer._tick()
                    self._answered[timer] = heard
                    self._tell()

        Every._run = run  # type: ignore[method-assign]  # on purpose

    def _wait(self, timer: Any) -> None:
        from eventlet import Timeout  # noqa: PLC0415 - it warns when it is imported

        ends_at = monotonic() + timer.seconds
        while monotonic() < ends_at and self._ring == self._answered[timer]:
            with Timeout(LOOK_EVERY_S, exception=False):
                timer._told.wait()
            if timer._told.ready():
                return

    def count_jobs(self) -> None:
        """Count jobs from the moment at which they are put until they are done."""
        from services.chassis.jobs import AtOnce  # noqa: PLC0415 - sockets are patched before

        AtOnce._take = self._before(AtOnce._take)  # type: ignore[method-assign]  # on purpose
        AtOnce._run = self._after(AtOnce._run)  # type: ignore[method-assign]  # on purpose

    def count_events(self) -> None:
        """Count events from the moment at which they are taken until they are settled."""
        from services.chassis.messaging.consume import Hears  # noqa: PLC0415 - see above

        settle = Hears._settle

        def settled(*given: Any) -> Any:
            result = settle(*given)
            self._heard += 1
            self._counted(-1)
            return result

        Hears.take = self._before(Hears.take)  # type: ignore[method-assign]  # on purpose
        Hears._settle = settled  # type: ignore[method-assign]  # on purpose

    def read_anew(self) -> None:
        """Have what is remembered of the database read again after each ring."""
        from services.notifications.repository.last_known import (  # noqa: PLC0415 - see above
            LastKnown,
        )

        now = LastKnown.now

        def fresh(known: Any) -> Any:
            heard = self._ring
            if getattr(known, "_ring", None) != heard:
                known._ring, known._due_at = heard, 0.0
            return now(known)

        LastKnown.now = fresh  # type: ignore[method-assign]  # on purpose

    def _before(self, run: Callable[..., None]) -> Callable[..., None]:
        @wraps(run)
        def counted(*given: Any) -> None:
            self._counted(1)
            run(*given)

        return counted

    def _after(self, run: Callable[..., None]) -> Callable[..., None]:
        @wraps(run)
        def counted(*given: Any) -> None:
            try:
                run(*given)
            finally:
                self._counted(-1)

        return counted
