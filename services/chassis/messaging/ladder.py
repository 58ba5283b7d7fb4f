"""Where a message waits that could not be handled, and when it has been tried often enough. Pure.

Rungs count from 1, as attempts do: the first failure leads to the first rung, each further one a
rung higher, and the one after the last rung to the dead letters.
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.messaging.topology import LADDER_S

WAITING_RUNG = 2


@dataclass(frozen=True, slots=True)
class Rung:
    """Where a message waits, by number from 1, and which attempt its next one will be."""

    number: int
    attempt: int


def after_failure(attempt: int) -> Rung | None:
    """Return where a message goes whose handler failed in this attempt; None: it was the last."""
    return Rung(attempt, attempt + 1) if attempt <= len(LADDER_S) else None


def after_outage(attempt: int) -> Rung:
    """Return where a message goes when what its handler needs was away: that uses up nothing."""
    return Rung(WAITING_RUNG, attempt)
