"""A token bucket for each caller: a burst at once, then a steady rate."""

from __future__ import annotations

from services.portal.limits import SWEPT_ABOVE, Buckets


def test_a_burst_passes_and_the_next_waits() -> None:
    buckets = Buckets(rate=2, burst=3)
    assert [buckets.take("ana", now=0) for _ in range(4)] == [0, 0, 0, 0.5]


def test_time_refills_the_bucket_up_to_the_burst() -> None:
    buckets = Buckets(rate=2, burst=3)
    for _ in range(3):
        buckets.take("ana", now=0)
    assert buckets.take("ana", now=0.5) == 0
    assert buckets.take("ana", now=0.5) > 0
    assert [buckets.take("ana", now=100) for _ in range(4)] == [0, 0, 0, 0.5]


def test_one_caller_does_not_starve_another() -> None:
    buckets = Buckets(rate=1, burst=1)
    buckets.take("key:greedy", now=0)
    assert buckets.take("key:greedy", now=0) > 0
    assert buckets.take("ana", now=0) == 0


def test_callers_who_left_are_forgotten() -> None:
    buckets = Buckets(rate=10, burst=10)
    for number in range(SWEPT_ABOVE):
        buckets.take(f"address:{number}", now=0)
    buckets.take("ana", now=60)
    assert buckets.size == 1
