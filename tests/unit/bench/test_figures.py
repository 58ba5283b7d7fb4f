"""Figures are read off what was seen, and time runs from the moment when it was to be sent."""

from __future__ import annotations

from math import isnan

import pytest

from bench.figures import Price, Sample, figures, percentile, rate

SAMPLES = [
    Sample(0, due=10.0, answered=10.1, status=201),
    Sample(1, due=10.5, answered=10.7, status=201),
    Sample(2, due=11.0, answered=11.2, status=503),
    Sample(3, due=11.5, answered=12.0, status=200),
]
CASES = {0: "a", 1: "b", 3: "c"}
ALERTS = {"a": 10.2, "c": 15.0, "of-an-earlier-stage": 10.0}


def test_what_was_refused_is_not_counted() -> None:
    seen = figures(SAMPLES, CASES, ALERTS, Price())
    assert (seen.sent, seen.accepted, seen.alerts) == (4, 3, 2)


def test_times_run_from_when_it_was_to_be_sent() -> None:
    seen = figures(SAMPLES, CASES, ALERTS, Price())
    assert seen.answer_ms == pytest.approx([100, 200, 500])
    assert seen.alert_ms == pytest.approx([200, 3500])


def test_rates_run_from_the_first_to_the_last() -> None:
    seen = figures(SAMPLES, CASES, ALERTS, Price())
    assert seen.accepted_per_s == pytest.approx(3 / 2)
    assert seen.alerts_per_s == pytest.approx(2 / 5)


def test_a_stage_at_a_rate_is_no_shorter_than_it_was_to_be() -> None:
    seen = figures(SAMPLES, CASES, ALERTS, Price(), least_s=4.0)
    assert seen.accepted_per_s == pytest.approx(3 / 4)
    assert seen.alerts_per_s == pytest.approx(2 / 5)


def test_costs_are_for_each_accepted_referral() -> None:
    before = Price({"risk": 1.0, "database": 5.0}, {"risk": 1}, others_s=3.0, had_s=10.0)
    now = Price({"risk": 1.3, "database": 5.6}, {"risk": 50_000_000}, others_s=4.0, had_s=14.0)
    seen = figures(SAMPLES, CASES, ALERTS, now.since(before))
    assert seen.cpu_ms == pytest.approx({"risk": 100, "database": 200})
    assert seen.cpu_ms_per_referral == pytest.approx(300)
    assert seen.own_cpu_ms_per_referral == pytest.approx(100)
    assert seen.own_rss_mb == 50
    assert seen.elsewhere == 0.25


def test_nothing_seen_is_no_figure() -> None:
    seen = figures([], {}, {}, Price())
    assert isnan(seen.alert_p50)
    assert seen.as_json()["alert_p50"] is None
    assert rate(0, 0.0, []) == 0


@pytest.mark.parametrize(("share", "value"), [(50, 50), (99, 99), (100, 100), (99.5, 100), (1, 1)])
def test_a_percentile_is_a_value_that_was_seen(share: float, value: int) -> None:
    assert percentile(list(range(100, 0, -1)), share) == value
