"""Process after process ends as a supervisor ends it, and comes back as another release."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Self

from deploy.local.services import SERVICES
from tests.chaos.replicas import SIDES, Release
from tests.chaos.report import Report
from tests.chaos.rig import Rig

READY_WITHIN_S = 60.0
ORDER = tuple(f"{service}-{side}" for service in SERVICES for side in SIDES)


class NotReady(Exception):
    """A process of the new release does not get ready; its log says why."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """The figures of an upgrade; `by_force` counts processes that did not end when asked."""

    from_commit: str
    replaced: int
    by_force: int
    submitted: int
    lost: int
    duplicated: int
    stuck: int
    max_recovery_s: float
    alert_p99_ms: float
    alerts: int
    sessions: int
    seed: int

    @classmethod
    def of(cls, commit: str, replaced: int, by_force: int, report: Report) -> Self:
        """Take over what the judge has found."""
        found = {
            name: value for name, value in asdict(report).items() if name in cls.__annotations__
        }
        return cls(
            **{"from_commit": commit, "replaced": replaced, "by_force": by_force},
            submitted=report.accepted,
            **found,
        )

    @property
    def is_clean(self) -> bool:
        """Was every promise kept, and did every process end when asked?"""
        return not (self.lost or self.duplicated or self.stuck or self.by_force)

    def as_json(self) -> str:
        """Return it on one line."""
        told = asdict(self)
        return json.dumps({"from": told.pop("from_commit"), **told})


def upgrade(rig: Rig, commit: str, new: Release, order: Sequence[str] = ORDER) -> Upgraded:
    """Replace every process under load, in this order, and return what came of it.

    Raises:
        NotReady: a new process did not get ready.

    """
    rig.begin()
    codes = [_replace(rig, name, new) for name in order]
    by_force = sum(code != os.EX_OK for code in codes)
    return Upgraded.of(commit, len(codes), by_force, rig.end())


def _replace(rig: Rig, name: str, new: Release) -> int | None:
    """Replace one process, see that somebody is called, and return how the old one ended."""
    replica = rig.system.replicas[name]
    rig.tell(f"{name} is replaced")
    code = replica.stop()
    replica.release = new
    replica.start()
    _await_ready(rig, name)
    rig.see_a_call(f"{name} was replaced; the old one ended with {code}")
    return code


def _await_ready(rig: Rig, name: str) -> None:
    replica, until = rig.system.replicas[name], monotonic() + READY_WITHIN_S
    while not replica.is_ready:
        if monotonic() > until:
            raise NotReady(f"{name}: {replica.log}")
        rig.tick()
