"""An age grows from the start of the process, and no clock that is put back hides it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry, Gauge

from services.chassis.age import Age

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Watch:
    """A monotonic clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Shown:
    """An age, and what its gauge shows."""

    def __init__(self, watch: Watch) -> None:
        self._registry = CollectorRegistry()
        self.age = Age(Gauge("age_seconds", "Age.", registry=self._registry), watch)

    @property
    def seconds(self) -> float | None:
        return self._registry.get_sample_value("age_seconds")


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def shown(watch: Watch) -> Shown:
    return Shown(watch)


def test_what_never_happened_is_as_old_as_the_process(watch: Watch, shown: Shown) -> None:
    watch.seconds += 90
    assert shown.seconds == 90


def test_what_happened_before_the_process_is_older(watch: Watch, shown: Shown) -> None:
    shown.age.happened(NOON, NOON + timedelta(hours=1))
    watch.seconds += 30
    assert shown.seconds == 3_630


def test_it_grows_though_the_same_is_told_again_by_a_clock_that_was_put_back(
    watch: Watch, shown: Shown
) -> None:
    shown.age.happened(NOON, NOON)
    watch.seconds += 60
    shown.age.happened(NOON, NOON - timedelta(hours=1))
    assert shown.seconds == 60


def test_a_success_by_a_clock_that_was_put_back_is_a_success(watch: Watch, shown: Shown) -> None:
    shown.age.happened(NOON, NOON)
    watch.seconds += 60
    before = NOON - timedelta(hours=1)
    shown.age.happened(before, before)
    assert shown.seconds == 0
