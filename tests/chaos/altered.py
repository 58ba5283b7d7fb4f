"""A service process with a clock that can be turned and, to try the judge, one guarantee taken out.

`python -m tests.chaos.altered risk --role all` is `python -m tests.support.turned risk --role all`,
except that what `CHAOS_SABOTAGE` names is broken. Production code knows of neither.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tests.support.turned import become

SABOTAGE = "CHAOS_SABOTAGE"


def without_receipts() -> None:
    """Forget that a reason was applied before."""
    from services.chassis.storage.aggregates import Repository  # noqa: PLC0415 - see `become`

    Repository._is_applied = lambda *_: False  # type: ignore[method-assign]  # on purpose


def without_lease_fencing() -> None:
    """Let every relay take what is due, whoever has taken it already."""
    from services.chassis.messaging.outbox import Outbox  # noqa: PLC0415 - see `become`

    Outbox._take = lambda *_: True  # type: ignore[method-assign]  # on purpose


def without_ack_after_save() -> None:
    """Acknowledge each message before its handler has begun."""
    from services.chassis.messaging.consume import Hears  # noqa: PLC0415 - see `become`

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


def _as_told() -> None:
    if SABOTAGE in os.environ:
        SABOTAGES[os.environ[SABOTAGE]]()


def main() -> None:
    """Become the service that the command line names."""
    become(sys.argv.pop(1), _as_told)


if __name__ == "__main__":
    main()
