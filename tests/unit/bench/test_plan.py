"""Systems are measured in turn, and each round begins with another one."""

from __future__ import annotations

from bench.plan import FULL, QUICK, SATURATED, SYSTEMS, Stage, at


def test_every_round_has_every_system() -> None:
    for number in range(FULL.rounds):
        assert sorted(FULL.order(number)) == sorted(SYSTEMS)


def test_no_system_is_always_first() -> None:
    first = [FULL.order(number)[0] for number in range(3)]
    assert sorted(first) == sorted(SYSTEMS)


def test_one_system_can_be_measured_alone() -> None:
    assert FULL.order(2, ["ours"]) == ["ours"]


def test_both_plans_measure_the_same() -> None:
    names = ["1/s", "20/s", "100/s", SATURATED]
    assert [stage.name for stage in FULL.stages] == names
    assert [stage.name for stage in QUICK.stages] == names
    assert [stage.name for stage in FULL.counted] == [stage.name for stage in QUICK.counted]


def test_a_stage_at_a_rate_has_so_many_requests() -> None:
    assert at(20, 5).requests == 100


def test_a_stage_may_end_before_its_time() -> None:
    assert Stage("backlog", 30, most=17).requests == 17
