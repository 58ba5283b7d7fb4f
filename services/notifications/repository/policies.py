"""The policies of areas in the database, and those that hold now at hand for the hot path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from time import monotonic
from typing import Any, ClassVar

from services.chassis.auth import Principal
from services.chassis.logs import describe, get_logger
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape
from services.chassis.storage.refusals import NotFound, Taken
from services.chassis.storage.scope import of_areas
from services.notifications.domain.escalation import Kind, Policies, Policy, Rung, Tells
from services.notifications.domain.policies import AreaPolicy, Decision, Version, policy_id
from services.notifications.repository.last_known import AtHand, StaleReads

_log = get_logger(__name__)

OF_AREA = Shape("policies_of_area", index="area_kind", equal=("area",))
ALL = Shape("policies", index="area_kind", sort=(("area", 1), ("kind", 1)))


class AreaPolicies(Repository[AreaPolicy]):
    """What areas have saved: one document for each area and kind, with its versions."""

    collection = "policies"
    SHAPES: ClassVar[tuple[Shape, ...]] = (OF_AREA, ALL)
    INDEXES: ClassVar[tuple[Index, ...]] = (
        Index("area_kind", (("area", 1), ("kind", 1)), unique=True),
    )

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return what caseworkers may see: the policies of their areas."""
        return of_areas(principal, "area")

    def of_area(self, area: str) -> list[AreaPolicy]:
        """Return what an area has saved, for each kind."""
        return self.select({"area": area})

    def everything(self) -> list[Document]:
        """Return the documents of all policies, each with its latest version alone."""
        latest = {"versions": {"$slice": -1}}
        return list(self._documents.find({}, latest).sort([("area", 1), ("kind", 1)]))

    def save(
        self,
        area: str,
        kind: Kind,
        first: Callable[[], AreaPolicy],
        decide: Callable[[AreaPolicy], Decision],
    ) -> AreaPolicy:
        """Load, decide and save; where there is none yet, save the first."""
        key = policy_id(area, kind)
        try:
            return self.change(key, decide)
        except NotFound:
            fresh = first()
        try:
            return self.create(fresh, ())
        except Taken:
            return self.change(key, decide)

    def document(self, root: AreaPolicy) -> Document:
        """Return a policy of an area as fields; waits in seconds."""
        versions = [_stored(each) for each in root.versions]
        return {"area": root.area, "kind": root.kind.value, "versions": versions}

    def root(self, document: Mapping[str, Any]) -> AreaPolicy:
        """Return the policy of an area that a document holds."""
        versions = tuple(map(_version, document["versions"]))
        return AreaPolicy(document["area"], Kind(document["kind"]), versions)


class PoliciesNow:
    """The policy that holds in each area, at hand, at most some two seconds old.

    While the database is away the last known ones hold; before any could be read, and where an area
    has saved none, the default does: a call is never put off for want of a policy.
    """

    def __init__(
        self,
        policies: AreaPolicies,
        default: Policies,
        stale: StaleReads,
        tick: Callable[[], float] = monotonic,
    ) -> None:
        def current(document: Document) -> Policy:
            return policies.read(document).current.policy

        self._default = default
        self._known = AtHand("policies", policies.everything, current, stale, tick)

    def of(self, area: str, kind: Kind) -> Policy:
        """Return the policy to copy onto a new alert."""
        try:
            return self._known.get(policy_id(area, kind)) or self._default.of(kind)
        except Exception as error:
            _log.warning("default_policy_in_use", kind=describe(error))
            return self._default.of(kind)


def _stored(version: Version) -> Document:
    policy = version.policy
    return {
        "number": version.number,
        "by": version.by,
        "at": version.at,
        "version": policy.version,
        "rungs": [{"tells": r.tells.value, "after": r.after.total_seconds()} for r in policy.rungs],
        "acknowledgement_lasts": policy.acknowledgement_lasts.total_seconds(),
        "repeat_every": _seconds(policy.repeat_every),
        "unresolved_after": _seconds(policy.unresolved_after),
    }


def _version(stored: Mapping[str, Any]) -> Version:
    policy = Policy(
        version=stored["version"],
        rungs=tuple(
            Rung(Tells(each["tells"]), timedelta(seconds=each["after"])) for each in stored["rungs"]
        ),
        acknowledgement_lasts=timedelta(seconds=stored["acknowledgement_lasts"]),
        repeat_every=_wait(stored["repeat_every"]),
        unresolved_after=_wait(stored["unresolved_after"]),
    )
    return Version(stored["number"], policy, stored["by"], stored["at"])


def _seconds(wait: timedelta | None) -> float | None:
    return None if wait is None else wait.total_seconds()


def _wait(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
