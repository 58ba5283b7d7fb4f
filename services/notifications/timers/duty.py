"""The watch over rotas: where only the fallback is on duty, now and in the weeks to come."""

from __future__ import annotations

from typing import Any

from services.chassis.timing import every


class DutyWatch:
    """The watch over rotas."""

    parts: Any

    @every(seconds=10)
    def watch_over_rotas(self) -> None:
        """Measure who is without duty now, and for how long of the next weeks."""
        duty = self.parts.duty
        self.parts.rota_figures.show(duty.rotas(), self.parts.now(), duty.gone)
