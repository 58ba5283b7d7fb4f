"""Policies of areas: every reason against one at once, versions in a row, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.errors import AreaNotYours, PolicyChanged, PolicyUnfit
from services.notifications.domain.escalation import Kind, Policies, Rung, Tells
from services.notifications.domain.policies import (
    VERSIONS_KEPT,
    AreaPolicy,
    Decision,
    Draft,
    faults_of,
)
from services.notifications.usecases.policies import list_versions, read_policies, save_policy
from tests.unit.notifications.alert_examples import DAY, HOUR, POLICIES, START

MINUTE, NOW = timedelta(minutes=1), timedelta(0)
GOOD = Draft(
    rungs=(
        Rung(Tells.RESPONDERS, NOW),
        Rung(Tells.MANAGER, MINUTE),
        Rung(Tells.DUTY_MANAGER, 2 * MINUTE),
    ),
    acknowledgement_lasts=HOUR,
    repeat_every=10 * MINUTE,
    unresolved_after=DAY,
)
AREA, WHO = "london-rbkc", {"by": "maya", "at": START}


def faults(kind: Kind = Kind.HIGH_RISK, **changes: Any) -> list[str]:
    with pytest.raises(PolicyUnfit) as unfit:
        replace(GOOD, **changes).as_policy(kind, "x.v1")
    return ["/".join(map(str, fault.path)) for fault in unfit.value.faults]


def test_every_reason_is_told_at_once() -> None:
    assert faults(
        rungs=(Rung(Tells.RESPONDERS, MINUTE), Rung(Tells.RESPONDERS, 2 * HOUR)),
        acknowledgement_lasts=5 * HOUR,
        repeat_every=2 * HOUR,
        unresolved_after=None,
    ) == [
        "rungs",
        "rungs/0/after_s",
        "rungs/1/after_s",
        "acknowledgement_lasts_s",
        "repeat_every_s",
        "unresolved_after_s",
    ]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"rungs": ()}, ["rungs", "rungs", "rungs"]),
        ({"rungs": (GOOD.rungs[0],)}, ["rungs"]),
        ({"rungs": (Rung(Tells.MANAGER, NOW),)}, ["rungs"]),
        ({"rungs": GOOD.rungs[:2] + 9 * GOOD.rungs[2:]}, ["rungs"]),
        ({"rungs": (*GOOD.rungs, Rung(Tells.MANAGER, NOW))}, ["rungs/3/after_s"]),
        ({"repeat_every": None}, ["repeat_every_s"]),
        ({"acknowledgement_lasts": NOW}, ["acknowledgement_lasts_s"]),
        ({"unresolved_after": 8 * DAY}, ["unresolved_after_s"]),
    ],
)
def test_a_ladder_of_high_risk_that_could_forget_her_is_refused(changes: Any, where: Any) -> None:
    assert faults(**changes) == where


def test_engagement_waits_longer_and_may_come_to_rest() -> None:
    rungs = (Rung(Tells.RESPONDERS, NOW), Rung(Tells.RESPONDERS, 5 * DAY))
    calm = Draft(rungs, 7 * DAY, repeat_every=None, unresolved_after=None)
    assert calm.as_policy(Kind.ENGAGEMENT, "x.v1").rungs == rungs
    assert faults(Kind.ENGAGEMENT, acknowledgement_lasts=40 * DAY) == ["acknowledgement_lasts_s"]


waits = st.one_of(
    st.sampled_from([NOW, timedelta(seconds=1), HOUR, 4 * HOUR, DAY, 7 * DAY]),
    st.timedeltas(min_value=NOW, max_value=10 * DAY),
)
drafts = st.builds(
    Draft,
    st.lists(st.builds(Rung, st.sampled_from(list(Tells)), waits), max_size=4).map(tuple),
    waits,
    st.none() | waits,
    st.none() | waits,
)


@given(drafts)
def test_whatever_is_saved_for_high_risk_can_be_used_and_never_ends(draft: Draft) -> None:
    if list(faults_of(Kind.HIGH_RISK, draft)):
        with pytest.raises(PolicyUnfit):
            draft.as_policy(Kind.HIGH_RISK, "x.v1")
        return
    policy = draft.as_policy(Kind.HIGH_RISK, "x.v1")
    assert Policies(policy, POLICIES.other).of(Kind.HIGH_RISK) is policy
    assert policy.rungs[0].after == NOW
    assert sum((rung.after for rung in policy.rungs), NOW) <= 9 * HOUR


class Cupboard:
    """Keeps policies in memory as the repository would."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, Kind], AreaPolicy] = {}

    def of_area(self, area: str) -> list[AreaPolicy]:
        return [policy for (where, _), policy in self.kept.items() if where == area]

    def save(
        self,
        area: str,
        kind: Kind,
        first: Callable[[], AreaPolicy],
        decide: Callable[[AreaPolicy], Decision],
    ) -> AreaPolicy:
        known = self.kept.get((area, kind))
        self.kept[(area, kind)] = first() if known is None else decide(known)[0]
        return self.kept[(area, kind)]


def save(cupboard: Cupboard, made_from: str, draft: Draft = GOOD, **changes: Any) -> Any:
    told = {"area": AREA, "kind": Kind.HIGH_RISK, "areas": (AREA,), **WHO, **changes}
    return save_policy(cupboard, POLICIES, draft, made_from=made_from, **told)


def test_a_save_makes_the_next_version_and_names_it() -> None:
    cupboard = Cupboard()
    assert save(cupboard, "default.v1").policy.version == "london-rbkc.v1"
    assert save(cupboard, "london-rbkc.v1", by="dora").policy.version == "london-rbkc.v2"
    versions = list_versions(cupboard, AREA, Kind.HIGH_RISK, ("*",))
    assert [(each.policy.version, each.saved.by) for each in versions] == [
        ("london-rbkc.v2", "dora"),
        ("london-rbkc.v1", "maya"),
    ]
    assert list_versions(cupboard, AREA, Kind.ENGAGEMENT, ("*",)) == []


@pytest.mark.parametrize("made_from", ["london-rbkc.v1", "default.v1", "london-hf.v2", ""])
def test_what_was_made_from_another_version_is_refused(made_from: str) -> None:
    cupboard = Cupboard()
    save(cupboard, "default.v1")
    save(cupboard, "london-rbkc.v1")
    with pytest.raises(PolicyChanged, match=r"london-rbkc\.v2"):
        save(cupboard, made_from)


def test_the_first_is_made_from_the_default() -> None:
    with pytest.raises(PolicyChanged, match=r"default\.v1"):
        save(Cupboard(), "london-rbkc.v1")


def test_an_area_without_its_own_has_the_default() -> None:
    cupboard = Cupboard()
    save(cupboard, "default.v1")
    high, *calm = read_policies(cupboard, POLICIES, AREA, ("*",))
    assert (high.policy.version, high.saved.number) == ("london-rbkc.v1", 1)
    assert {each.kind for each in calm} == {*Kind} - {Kind.HIGH_RISK}
    assert all(each.policy is POLICIES.other and each.saved is None for each in calm)
    for found in read_policies(cupboard, POLICIES, "cluj", ("cluj",)):
        assert found.saved is None


@pytest.mark.parametrize("areas", [(), ("cluj",), ("london",)])
def test_other_areas_are_not_hers_to_see_or_change(areas: tuple[str, ...]) -> None:
    cupboard = Cupboard()
    with pytest.raises(AreaNotYours):
        read_policies(cupboard, POLICIES, AREA, areas)
    with pytest.raises(AreaNotYours):
        list_versions(cupboard, AREA, Kind.HIGH_RISK, areas)
    with pytest.raises(AreaNotYours):
        save(cupboard, "default.v1", areas=areas)
    assert cupboard.kept == {}


def test_an_unfit_policy_is_not_saved() -> None:
    cupboard = Cupboard()
    with pytest.raises(PolicyUnfit):
        save(cupboard, "default.v1", replace(GOOD, repeat_every=None))
    assert cupboard.kept == {}


def test_the_latest_versions_are_kept_and_their_numbers_go_on() -> None:
    policy = AreaPolicy.first(AREA, Kind.HIGH_RISK, GOOD, **WHO)
    for _ in range(VERSIONS_KEPT + 5):
        policy, said = policy.revised(GOOD, policy.current.policy.version, **WHO)
        assert said == ()
    assert len(policy.versions) == VERSIONS_KEPT
    assert policy.current.policy.version == f"london-rbkc.v{VERSIONS_KEPT + 6}"
