"""Ratios are taken within a round, and the last line says their medians."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from bench.figures import Figures
from bench.plan import FASTSTREAM, NAMEKO, OURS, SATURATED
from bench.report import (
    FIGURES,
    Drained,
    Inbox,
    Replicated,
    Results,
    Row,
    Spread,
    Trips,
    as_json,
    headline,
    ratios,
)
from bench.tables import spread, tables


def seen(rate: float = 10.0, alert_ms: Sequence[float] = (5.0,)) -> Figures:
    cpu, rss = {"risk": 1.0, "database": 2.0}, {"risk": 80.0}
    return Figures(10, 10, len(alert_ms), rate, rate, [1.0], alert_ms, cpu, rss)


def results() -> Results:
    """Three rounds; the machine is twice as slow in the second."""
    made = Results()
    for number, slow in enumerate((1.0, 2.0, 1.0)):
        for system, rate, ms in ((OURS, 120, 6), (NAMEKO, 100, 8), (FASTSTREAM, 80, 4)):
            made.rows.append(Row(number, system, SATURATED, seen(rate / slow), 5.0))
            made.rows.append(Row(number, system, "20/s", seen(20, [ms * slow]), 5.0))
    made.trips.append(Trips(OURS, "100/s", 50, {"insert": 3.0, "update": 4.5}))
    return made


def test_a_slow_round_is_slow_for_everybody() -> None:
    ratio = results().ratio(NAMEKO, SATURATED, FIGURES["alerts_per_s"])
    assert ratio.per_round == pytest.approx((1.2, 1.2, 1.2))


def test_the_last_line_says_what_was_asked_for() -> None:
    assert headline(results()) == {
        "throughput_vs_nameko": 1.2,
        "throughput_vs_faststream": 1.5,
        "latency_p50_vs_nameko": 0.75,
        "latency_p99_vs_nameko": 0.75,
        "db_round_trips_per_referral": 7.5,
    }


def test_what_was_not_measured_is_not_said() -> None:
    assert set(headline(Results()).values()) == {None}
    assert list(tables(Results()))


def test_a_round_in_which_one_broke_off_has_no_ratio() -> None:
    made = results()
    made.rows = [row for row in made.rows if (row.round, row.system) != (1, NAMEKO)]
    assert len(made.ratio(NAMEKO, SATURATED, FIGURES["alerts_per_s"]).per_round) == 2


def test_a_spread_goes_from_the_least_to_the_most() -> None:
    told = Spread((1.5, 1.0, 2.5)).as_json()
    assert (told["min"], told["median"], told["max"]) == (1.0, 1.5, 2.5)
    assert spread(Spread((1.5, 1.0, 2.5))) == "1.50 (1.00 to 2.50)"
    assert spread(Spread(())) == "-"


def test_every_ratio_is_in_the_file_of_results() -> None:
    told = json.loads(as_json(results()))
    assert told["ratios"].keys() == {NAMEKO, FASTSTREAM}
    assert told["ratios"] == json.loads(json.dumps(ratios(results())))
    assert told["ratios"][NAMEKO][SATURATED]["alerts_per_s"]["median"] == 1.2


def test_the_tables_tell_of_everything() -> None:
    made = results()
    made.limits = [{"confirmed publishes": 9_000.0}, {"confirmed publishes": 11_000.0}]
    made.drained = [Drained(OURS, 10_000, 450.0, 500.0, 1_350.0, 0)]
    made.inbox = Inbox(20, 400, 399, 21.0, 48.0)
    made.replicated = [Replicated(2, 61.0, 33.0)]
    text = "\n".join(tables(made))
    for part in ("10,000/s", "0.90 of the raw loop's 500/s", "48.0 ms (399 of 400)", "7.5"):
        assert part in text
    assert "with 2 of each service that hears | 61.0 alerts/s, 33.0 ms" in text
    assert json.loads(as_json(made))["replicas"][0]["replicas"] == 2
