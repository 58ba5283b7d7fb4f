"""What may be done with the policies of areas; times are arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from services.notifications.domain.errors import AreaNotYours, PolicyChanged
from services.notifications.domain.escalation import Kind, Policies
from services.notifications.domain.policies import (
    AreaPolicy,
    Decision,
    Draft,
    Effective,
    effective,
)


class AreaPolicies(Protocol):
    """Where policies of areas are kept."""

    def of_area(self, area: str) -> list[AreaPolicy]:
        """Return what an area has saved, for each kind."""

    def save(
        self, area: str, kind: Kind, first: Callable[[], AreaPolicy], decide: Decide
    ) -> AreaPolicy:
        """Load, decide and save; where there is none yet, save the first."""


Decide = Callable[[AreaPolicy], Decision]


def read_policies(
    policies: AreaPolicies, default: Policies, area: str, areas: Collection[str]
) -> list[Effective]:
    """Return what holds in an area for each kind.

    Raises:
        AreaNotYours: it is not among `areas`.

    """
    _admit(area, areas)
    own = {each.kind: each for each in policies.of_area(area)}
    return [effective(area, kind, own.get(kind), default) for kind in Kind]


def list_versions(
    policies: AreaPolicies, area: str, kind: Kind, areas: Collection[str]
) -> list[Effective]:
    """Return the versions that an area has saved, the newest first.

    Raises:
        AreaNotYours: it is not among `areas`.

    """
    _admit(area, areas)
    own = (each for each in policies.of_area(area) if each.kind is kind)
    found = (version for policy in own for version in reversed(policy.versions))
    return [Effective(area, kind, version.policy, version) for version in found]


def save_policy(
    policies: AreaPolicies,
    default: Policies,
    draft: Draft,
    *,
    area: str,
    kind: Kind,
    made_from: str,
    areas: Collection[str],
    by: str,
    at: datetime,
) -> Effective:
    """Make the next version of an area's policy, from the one that holds.

    Raises:
        AreaNotYours: it is not among `areas`.
        PolicyChanged: another version holds by now.
        PolicyUnfit: it would not protect her; every reason is named.

    """
    _admit(area, areas)
    draft.as_policy(kind, made_from)

    def first() -> AreaPolicy:
        if made_from != default.of(kind).version:
            raise PolicyChanged(default.of(kind).version)
        return AreaPolicy.first(area, kind, draft, by=by, at=at)

    saved = policies.save(
        area, kind, first, lambda known: known.revised(draft, made_from, by=by, at=at)
    )
    return effective(area, kind, saved, default)


def _admit(area: str, areas: Collection[str]) -> None:
    if not {area, "*"} & set(areas):
        raise AreaNotYours
