"""What Prometheus sees of rotas: gaps of the next days that nobody meant, and empty ones."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.metrics import Metrics
from services.notifications.domain.layers import Listed
from services.notifications.domain.rota import Rota
from services.notifications.domain.wall import Window
from services.notifications.tally import RotaFigures
from tests.unit.notifications.rota_examples import NOW, nights, rota, weekly

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOON, EMPTY = "rota_gap_soon_seconds", "rotas_empty"


def shown(*rotas: Rota, gone: Collection[str] = ()) -> tuple[float, float]:
    metrics = Metrics("notifications")
    RotaFigures(metrics).show(rotas, NOW, lambda _: frozenset(gone))
    soon, empty = (
        metrics.registry.get_sample_value(f"casework_notifications_{name}", {"tier": "responders"})
        for name in (SOON, EMPTY)
    )
    assert soon is not None
    assert empty is not None
    return soon, empty


def unaccepted(known: Rota) -> Rota:
    return replace(known, accepts_gaps=False)


def listed(begins_in: timedelta, lasts: timedelta) -> Rota:
    begins = NOW + begins_in
    return rota(Listed("listed", ((Window(begins, begins + lasts), "ana"),)))


def test_a_rota_without_gaps_shows_none() -> None:
    assert shown(rota(weekly()), unaccepted(rota(weekly()))) == (0, 0)


def test_gaps_that_somebody_accepted_are_not_told() -> None:
    assert shown(rota(nights())) == (0, 0)


def test_gaps_that_nobody_accepted_are_told_for_the_next_seven_days() -> None:
    soon, empty = shown(unaccepted(rota(nights())))
    assert 2 * DAY.total_seconds() < soon < 5 * DAY.total_seconds()
    assert empty == 0


@pytest.mark.parametrize(("days", "soon"), [(6, DAY), (7, 0 * DAY), (8, 0 * DAY)])
def test_a_list_that_runs_out_is_told_seven_days_before_though_gaps_were_accepted(
    days: int, soon: timedelta
) -> None:
    assert shown(listed(-DAY, (days + 1) * DAY)) == (soon.total_seconds(), 0)


def test_a_list_that_has_run_out_is_an_empty_rota() -> None:
    assert shown(listed(-9 * DAY, 8 * DAY)) == (7 * DAY.total_seconds(), 1)


def test_a_rota_whose_first_shift_comes_within_a_day_is_not_empty() -> None:
    soon, empty = shown(unaccepted(listed(20 * HOUR, 60 * DAY)))
    assert (soon, empty) == (20 * HOUR.total_seconds(), 0)


def test_the_shifts_of_who_has_left_are_gaps_that_nobody_meant() -> None:
    whole = listed(-DAY, 90 * DAY)
    assert shown(whole, gone=["bea"]) == (0, 0)
    assert shown(whole, gone=["ana"]) == (7 * DAY.total_seconds(), 1)


def test_gaps_are_accepted_no_more_once_somebody_who_has_left_makes_one() -> None:
    known = rota(nights())
    assert shown(known, gone=["fay"]) == (0, 0)
    soon, _ = shown(known, gone=["cora"])
    assert soon > 0


def test_the_rotas_of_a_tier_count_together() -> None:
    gone = listed(-9 * DAY, 8 * DAY)
    assert shown(gone, replace(gone, area="perugia")) == (14 * DAY.total_seconds(), 2)
