"""What people decide about a rota: its plan, and who stands in for whom.

Both may be wrong as they are told; `rota_faults` tells all that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.layers import Layer, Piece
from services.notifications.domain.wall import Window


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody stands in for a time: for one person wherever she is on duty, or for everybody.

    Who stands in for everybody also covers a gap. `swap` is the same on both halves of a swap.
    """

    id: str
    window: Window
    person: str
    replaces: str | None = None
    swap: str | None = None

    @property
    def made_with(self) -> str:
        """Return what is the same for those that were made at once."""
        return self.swap or self.id

    def takes_over(self, person: str | None, at: datetime) -> bool:
        """Tell whether a person's duty is hers at a moment; `None` is a gap."""
        return self.window.holds(at) and self.replaces in (None, person)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is decided when a rota is saved; overrides are made apart, one by one."""

    zone: str
    fallback: str
    layers: tuple[Layer, ...]

    @property
    def everybody(self) -> Iterator[str]:
        """Yield everybody who is named."""
        yield self.fallback
        for layer in self.layers:
            yield from layer.everybody


def swapped(first: Piece, second: Piece, ids: tuple[str, str]) -> tuple[Override, Override]:
    """Return the two overrides by which two people take each other's shift."""
    (window, one), (other_window, other) = first, second
    return (
        Override(ids[0], window, person=other, replaces=one, swap=ids[0]),
        Override(ids[1], other_window, person=one, replaces=other, swap=ids[0]),
    )
