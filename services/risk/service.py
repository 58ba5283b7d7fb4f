"""The risk service: assessments, by events, by HTTP and by the clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.chassis.runtime import Runtime
from services.chassis.wiring import Wired
from services.risk.announcements import announce, announce_drill
from services.risk.api import Api
from services.risk.consumers import Consumers
from services.risk.domain.ruleset import Rulebook
from services.risk.repository import Drills, RiskProfiles
from services.risk.settings import read_rulebook
from services.risk.tally import Tally
from services.risk.timers import Timers


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with."""

    profiles: RiskProfiles
    rulebook: Rulebook
    tally: Tally
    drills: Drills
    now: Callable[[], datetime]


def wire(runtime: Runtime) -> Parts:
    """Make the parts of this service."""
    tally = Tally(runtime.metrics)
    return Parts(
        profiles=RiskProfiles(runtime, announce, tally.count),
        rulebook=read_rulebook(),
        tally=tally,
        drills=Drills(runtime, announce_drill),
        now=runtime.now,
    )


class Risk(Api, Consumers, Timers):
    """The service: its name, its parts, and the doors of its three rooms."""

    name = "risk"
    parts = Wired(wire)
