"""The risk service with a handler that holds the processor at its first referral.

`python -m tests.integration.faults.busy SECONDS` is `python -m services.risk` otherwise. Its
heartbeat is one second, so that the broker soon gives up a process that does not answer.
"""

from __future__ import annotations

import runpy
import sys
import warnings
from time import monotonic
from typing import Any

HEARTBEAT_S = 1


def main() -> None:
    """Become that service."""
    seconds = float(sys.argv.pop())
    _patch()
    from services.chassis.messaging import connection  # noqa: PLC0415 - sockets are patched before

    connection.HEARTBEAT_S = HEARTBEAT_S
    _hold_at_first(seconds)
    runpy.run_module("services.risk", run_name="__main__", alter_sys=True)


def _hold_at_first(seconds: float) -> None:
    """Let no other green thread turn for so long, when the first referral is assessed."""
    from services.risk import usecases  # noqa: PLC0415 - see main

    assess, first = usecases.assess_referral, iter([seconds])

    def holding(*arguments: Any, **named: Any) -> Any:
        until = monotonic() + next(first, 0)
        while monotonic() < until:
            pass
        return assess(*arguments, **named)

    usecases.assess_referral = holding


def _patch() -> None:
    """Do first what the launcher of a service does first, since we import before it."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet  # noqa: PLC0415 - it warns when it is imported

    eventlet.monkey_patch()


if __name__ == "__main__":
    main()
