"""One seed is one schedule and one crowd; every kind of fault has its turn."""

from __future__ import annotations

from collections import Counter
from itertools import islice

from services.chassis.failpoints import POINTS, Action, plan
from tests.chaos.faults.processes import failure
from tests.chaos.inputs import probes, referrals
from tests.chaos.schedule import KINDS, kind_named, kind_of, parked, place, schedule

ROUNDS = 60


def test_the_same_seed_brings_the_same_faults() -> None:
    assert list(islice(schedule(7), ROUNDS)) == list(islice(schedule(7), ROUNDS))
    assert list(islice(schedule(7), ROUNDS)) != list(islice(schedule(8), ROUNDS))


def test_every_kind_has_all_its_turns_before_the_deck_is_shuffled_again() -> None:
    turns = sum(kind.cards for kind in KINDS)
    planned = [fault for each in islice(schedule(1), turns) for fault in each.faults][:turns]
    assert Counter(id(kind_of(fault)) for fault in planned) == {id(k): k.cards for k in KINDS}


def test_two_at_once_happen_to_two_different_things() -> None:
    pairs = [each.faults for each in islice(schedule(3), 400) if len(each.faults) > 1]
    assert pairs
    assert all(place(one) != place(other) for one, other in pairs)


def test_each_fault_lasts_as_long_as_its_kind_may() -> None:
    for each in islice(schedule(2), ROUNDS):
        for fault in each.faults:
            assert kind_of(fault).least_s <= fault.lasts_s <= kind_of(fault).most_s
            assert kind_named(str(fault)) is kind_of(fault)


def test_processes_fail_at_every_point_but_those_of_the_retry_ladder() -> None:
    armed = [
        fault
        for each in islice(schedule(4), 3_000)
        for fault in each.faults
        if fault.kind == "die at a point"
    ]
    points = {failure(fault, Action.KILL).partition(":")[0] for fault in armed}
    assert points == POINTS.keys() - {"moving", "moved"}
    assert all(plan(failure(fault, Action.STOP)) for fault in armed)


def test_the_same_seed_brings_the_same_referrals() -> None:
    assert list(islice(referrals(3, 0, 2), 20)) == list(islice(referrals(3, 0, 2), 20))
    assert list(islice(referrals(3, 0, 2), 20)) != list(islice(referrals(4, 0, 2), 20))


def test_two_agencies_know_some_of_the_same_women_by_the_same_data() -> None:
    crowd = [each for agency in range(2) for each in islice(referrals(1, agency, 2), 120)]
    data: dict[str, object] = {}
    for each in crowd:
        assert data.setdefault(each.woman, each.body["client"]) == each.body["client"]
    assert len({each.woman for each in crowd}) < len(crowd)


def test_each_probe_is_about_another_woman() -> None:
    women = [each.body["client"] for each in islice(probes(1), 40)]
    assert all(women.count(woman) == 1 for woman in women)


def test_a_fault_that_can_hold_octets_back_is_remembered_from_begin_to_end() -> None:
    ledger = [
        {"kind": "fault", "what": what, "fault": fault, "at": at}
        for at, (what, fault) in enumerate(
            [
                ("begins", "pause bus"),
                ("begins", "kill risk-a"),
                ("ends", "kill risk-a"),
                ("ends", "pause bus"),
            ]
        )
    ]
    assert list(parked(ledger)) == [(0, 3)]
