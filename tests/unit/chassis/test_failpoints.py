"""Failing on purpose: where it was asked for, when it is time, and never in production."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from signal import SIGKILL

import pytest
from environs import Env

from services.chassis import failpoints
from services.chassis.failpoints import Failed, UnknownPoint, arm, plan, reach
from services.chassis.settings import BadSettings, failures_asked_for

DIES = """
from services.chassis.failpoints import arm, plan, reach
arm(plan("saved:kill:2"))
reach("saved"); print("once", flush=True); reach("saved"); print("twice", flush=True)
"""


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm(())


def test_nothing_happens_unless_it_was_asked_for() -> None:
    for point in failpoints.POINTS:
        reach(point)


def test_a_point_fails_at_the_time_asked_for_and_only_then() -> None:
    arm(plan("saved:raise:3"))
    reach("saved")
    reach("saving")
    reach("saved")
    with pytest.raises(Failed, match="saved"):
        reach("saved")
    reach("saved")


def test_several_points_can_be_asked_for() -> None:
    arm(plan("saved:raise, confirmed:raise"))
    for point in ("saved", "confirmed"):
        with pytest.raises(Failed, match=point):
            reach(point)


def test_a_process_is_killed_where_it_was_asked_to_be() -> None:
    died = subprocess.run([sys.executable, "-c", DIES], capture_output=True, check=False)
    assert (died.returncode, died.stdout) == (-SIGKILL, b"once\n"), died.stderr


@pytest.mark.parametrize(
    "asked",
    [
        "nowhere:kill",
        "saved",
        "saved:explode",
        "saved:kill:0",
        "saved:kill:often",
        "saved:kill,saved:stop",
    ],
)
def test_what_is_not_known_is_refused_by_name(asked: str) -> None:
    with pytest.raises(UnknownPoint, match=asked):
        plan(asked)


def test_settings_refuse_what_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIL_AT", "nowhere:kill")
    with pytest.raises(BadSettings, match="FAIL_AT: nowhere:kill"):
        failures_asked_for(Env())


def test_production_refuses_to_fail_on_purpose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODE", "production")
    assert failures_asked_for(Env()) == ()
    monkeypatch.setenv("FAIL_AT", "saved:kill")
    with pytest.raises(BadSettings, match="production"):
        failures_asked_for(Env())
