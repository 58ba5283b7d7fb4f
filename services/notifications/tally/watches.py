"""What the watches over matters and rotas see, without saying whose they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.metrics import Metrics
from services.notifications.domain.escalation import Tells
from services.notifications.domain.rota import LOOKED_AHEAD, Rota
from services.notifications.domain.wall import Window

GAPS_HOLD, SOON, DAY = timedelta(hours=1), timedelta(days=7), timedelta(days=1)
LONG = timedelta(days=4)
"""Longer than a weekend: who accepted gaps did not mean that a rota has run out."""
Gaps = tuple[Window, ...]
Gone = frozenset[str]
GoneOf = Callable[[Rota], Gone]


@dataclass(frozen=True, slots=True)
class Seen:
    """The gaps of a rota at a moment, and those of them that nobody meant.

    Unmeant are those that were not accepted, and very long ones. They were accepted of a rota with
    everybody there: where somebody who has left makes one, none is meant any more.
    """

    version: int
    gone: Gone
    at: datetime
    gaps: Gaps
    unmeant: Gaps


class MatterFigures:
    """What is to be seen from outside of the telling."""

    def __init__(self, metrics: Metrics) -> None:
        self._overdue = metrics.gauge(
            "casework_notifications_matter_overdue_seconds",
            "How long a waiting referral or a review has been due to be told; seconds are right.",
        )

    def show(self, earliest: datetime, at: datetime) -> None:
        """Set the gauge."""
        self._overdue.set(max((at - earliest).total_seconds(), 0))


class RotaFigures:
    """What is to be seen of rotas from outside, by tier: a closed set, unlike areas."""

    def __init__(self, metrics: Metrics) -> None:
        self._gaps = metrics.gauge(
            "casework_notifications_rota_gap_seconds",
            "Time of the next eight weeks in which only the fallback of a rota is on duty.",
            ("tier",),
        )
        self._uncovered = metrics.gauge(
            "casework_notifications_rotas_without_duty",
            "Rotas that have nobody but their fallback on duty now.",
            ("tier",),
        )
        self._soon = metrics.gauge(
            "casework_notifications_rota_gap_soon_seconds",
            "Time of the next seven days in gaps that nobody accepted, or of more than four days.",
            ("tier",),
        )
        self._empty = metrics.gauge(
            "casework_notifications_rotas_empty",
            "Rotas of which such a gap covers the whole of the next day.",
            ("tier",),
        )
        self._reckoned: dict[str, Seen] = {}

    def show(self, rotas: Iterable[Rota], at: datetime, gone_of: GoneOf) -> None:
        """Set the gauges of each tier; `gone_of` tells who of a rota cannot be called any more."""
        kept = list(rotas)
        gone = {rota.id: gone_of(rota) for rota in kept}
        for tier in Tells:
            of_tier = [rota for rota in kept if rota.tier is tier]
            seen = [self._seen(rota, gone[rota.id], at) for rota in of_tier]
            whole = sum(gap.seconds for found in seen for gap in found.gaps)
            self._gaps.labels(tier.value).set(whole)
            uncovered = sum(rota.on_duty(at, gone[rota.id]).is_fallback for rota in of_tier)
            self._uncovered.labels(tier.value).set(uncovered)
            soon = sum(_within(each.unmeant, at, SOON) for each in seen)
            self._soon.labels(tier.value).set(soon)
            empty = sum(_within(each.unmeant, at, DAY) >= DAY.total_seconds() for each in seen)
            self._empty.labels(tier.value).set(empty)

    def _seen(self, rota: Rota, gone: Gone, at: datetime) -> Seen:
        """Return a rota's gaps of the next weeks; they are reckoned anew as it changes, or hourly.

        A rota of many short turns takes ten milliseconds, in which nothing else is done here.
        """
        seen = self._reckoned.get(rota.id)
        is_known = seen is not None and (seen.version, seen.gone) == (rota.version, gone)
        if seen is None or not is_known or not seen.at <= at < seen.at + GAPS_HOLD:
            seen = self._reckoned[rota.id] = _reckoned(rota, gone, at)
        return seen


def _reckoned(rota: Rota, gone: Gone, at: datetime) -> Seen:
    gaps = rota.gaps(at, at + LOOKED_AHEAD, gone)
    is_meant = rota.accepts_gaps and (not gone or gaps == rota.gaps(at, at + LOOKED_AHEAD))
    unmeant = tuple(gap for gap in gaps if not is_meant or gap.ends - gap.begins > LONG)
    return Seen(rota.version, gone, at, gaps, unmeant)


def _within(gaps: Gaps, at: datetime, ahead: timedelta) -> float:
    """Return the seconds of gaps that lie in the time ahead."""
    looked_at = Window(at, at + ahead)
    return sum(part.seconds for gap in gaps if (part := gap.within(looked_at)) is not None)
