"""A service process in a test's own time: its clock is turned by a file, production knows nothing.

`python -m tests.support.turned risk --role all` is `python -m services.risk --role all`, except
that the house's one clock (`services.chassis.clock`) adds the seconds that stand in the file
`CHAOS_CLOCK`. With `CHAOS_BELL` the timers run whenever a test rings, and the process tells when
nothing is under way in it: see `tests.support.bell`.

A preloaded libfaketime would turn the clocks of libraries too, but with it an absolute sleep on the
monotonic clock, as eventlet's hub makes, is refused (EINVAL; 0.9.10 with Python 3.11).
"""

from __future__ import annotations

import os
import runpy
import sys
import warnings
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

CLOCK, BELL, TRUSTED = "CHAOS_CLOCK", "CHAOS_BELL", "CHAOS_TRUSTED"


def put_clock(place: Path, seconds: float) -> None:
    """Put the clock of all who look at a file so many seconds ahead of the true time."""
    fresh = place.with_suffix(".new")
    fresh.write_text(str(seconds))
    fresh.replace(place)


def turn_clock(offset: Path) -> None:
    """Have every module that is imported from now on take the time with the offset in a file."""
    from services.chassis import clock  # noqa: PLC0415 - sockets are patched before

    real = clock.now

    def turned() -> datetime:
        return real() + timedelta(seconds=float(offset.read_text()))

    clock.now = turned


def trust(certificate: str) -> None:
    """Have requests trust one certificate more, that of a test's own server."""
    from requests import adapters  # noqa: PLC0415 - sockets are patched before

    adapters.DEFAULT_CA_BUNDLE_PATH = certificate


def become(service: str, alter: Callable[[], None] = lambda: None) -> None:
    """Become a service, altered before anything of it is imported but the chassis."""
    if service != "portal":
        _patch()
    turn_clock(Path(os.environ[CLOCK]))
    alter()
    runpy.run_module(f"services.{service}", run_name="__main__", alter_sys=True)


def _patch() -> None:
    """Do first what the launcher of a service does first, since we import before it."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet  # noqa: PLC0415 - it warns when it is imported

    eventlet.monkey_patch()


def _as_told() -> None:
    if TRUSTED in os.environ:
        trust(os.environ[TRUSTED])
    if BELL in os.environ:
        from tests.support import bell  # noqa: PLC0415 - sockets are patched before

        bell.hang(Path(os.environ[BELL]))


def main() -> None:
    """Become the service that the command line names."""
    become(sys.argv.pop(1), _as_told)


if __name__ == "__main__":
    main()
