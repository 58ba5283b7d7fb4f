"""Old data are lifted one version at a time and never lowered."""

from __future__ import annotations

import pytest

from services.contracts.catalogue import CATALOGUE
from services.contracts.upcasts import STEPS, Data, NoWayUp, lift


def with_kilometres(data: Data) -> Data:
    return {"kilometres": data["miles"] * 2}


def with_unit(data: Data) -> Data:
    return {"distance": data["kilometres"], "unit": "km"}


WALKS = {("walk_taken", 1): with_kilometres, ("walk_taken", 2): with_unit}


def test_data_of_the_wanted_version_stay_as_they_are() -> None:
    data = {"miles": 3}
    assert lift("walk_taken", 1, data, to=1, steps=WALKS) is data


def test_steps_are_applied_one_after_another() -> None:
    lifted = lift("walk_taken", 1, {"miles": 3}, to=3, steps=WALKS)
    assert lifted == {"distance": 6, "unit": "km"}


@pytest.mark.parametrize(("version", "to"), [(3, 2), (3, 4)])
def test_there_is_no_way_down_and_none_past_the_last_step(version: int, to: int) -> None:
    with pytest.raises(NoWayUp, match="walk_taken"):
        lift("walk_taken", version, {}, to=to, steps=WALKS)


def test_every_step_leads_from_one_contract_to_the_next() -> None:
    for event, version in STEPS:
        assert {(event, version), (event, version + 1)} <= set(CATALOGUE)


def test_every_version_but_the_first_can_be_reached() -> None:
    for event, version in CATALOGUE:
        assert version == 1 or (event, version - 1) in STEPS
