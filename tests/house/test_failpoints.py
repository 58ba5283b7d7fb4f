"""Every failpoint that can be asked for lies somewhere, and every one that is passed is known."""

from __future__ import annotations

from services.chassis.failpoints import POINTS
from tests.house.source import called, constants, faults, python


def reached() -> dict[str, str]:
    """Return every point that the source passes, with a place where it does."""
    return {
        str(name): f"{one.name}:{call.lineno}"
        for one in python("services/")
        for call in one.calls
        if called(call) == "reach"
        for name in constants(call)
    }


def test_every_point_lies_somewhere() -> None:
    found = [f"{point}: {POINTS[point]}" for point in sorted(POINTS.keys() - reached().keys())]
    assert not found, faults(found)


def test_every_point_that_is_passed_is_known() -> None:
    found = [
        f"{place} reaches {point}" for point, place in reached().items() if point not in POINTS
    ]
    assert not found, faults(found)
