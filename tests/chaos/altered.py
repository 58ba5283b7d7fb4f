"""A service process with a clock that can be turned and, to try the judge, one guarantee taken out.

`python -m tests.chaos.altered risk --role all` is `python -m services.risk --role all`, except that
the house's one clock (`services.chassis.clock`) adds the seconds that stand in the file
`CHAOS_CLOCK`, and that what `CHAOS_SABOTAGE` names is broken. Production code knows of neither.

A preloaded libfaketime would turn the clocks of libraries too, but with it an absolute sleep on the
monotonic clock, as eventlet's hub makes, is refused (EINVAL; 0.9.10 with Python 3.11).
"""

from __future__ import annotations

import os
import runpy
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CLOCK, SABOTAGE = "CHAOS_CLOCK", "CHAOS_SABOTAGE"


def turn_clock(offset: Path) -> None:
    """Have every module that is imported from now on take the time with the offset in a file."""
    from services.chassis import clock  # noqa: PLC0415 - sockets are patched before

    real = clock.now

    def turned() -> datetime:
        return real() + timedelta(seconds=float(offset.read_text()))

    clock.now = turned


def without_receipts() -> None:
    """Forget that a reason was applied before."""
    from services.chassis.storage.aggregates import Repository  # noqa: PLC0415 - see turn_clock

    Repository._is_applied = lambda *_: False  # type: ignore[method-assign]  # on purpose


def without_lease_fencing() -> None:
    """Let every relay take what is due, whoever has taken it already."""
    from services.chassis.messaging.outbox import Outbox  # noqa: PLC0415 - see turn_clock

    Outbox._take = lambda *_: True  # type: ignore[method-assign]  # on purpose


def without_ack_after_save() -> None:
    """Acknowledge each message before its handler has begun."""
    from services.chassis.messaging.consume import Hears  # noqa: PLC0415 - see turn_clock

    take = Hears.take

    def acknowledged_first(self: Any, delivery: Any, release: Callable[[], None]) -> None:
        delivery.done()
        settled = {how: lambda *_: None for how in ("done", "retry", "wait")}
        take(self, replace(delivery, **settled), release)

    Hears.take = acknowledged_first  # type: ignore[method-assign]  # on purpose


SABOTAGES: Mapping[str, Callable[[], None]] = {
    "receipts": without_receipts,
    "lease": without_lease_fencing,
    "ack-after-save": without_ack_after_save,
}


def main() -> None:
    """Become the service that the command line names."""
    service = sys.argv.pop(1)
    if service != "portal":
        _patch()
    turn_clock(Path(os.environ[CLOCK]))
    if SABOTAGE in os.environ:
        SABOTAGES[os.environ[SABOTAGE]]()
    runpy.run_module(f"services.{service}", run_name="__main__", alter_sys=True)


def _patch() -> None:
    """Do first what the launcher of a service does first, since we import before it."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet  # noqa: PLC0415 - it warns when it is imported

    eventlet.monkey_patch()


if __name__ == "__main__":
    main()
