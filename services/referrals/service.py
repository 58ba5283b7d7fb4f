"""The referrals service: intake, matching and triage, by HTTP and by events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.crypto import BlindIndex
from services.chassis.runtime import Runtime
from services.chassis.wiring import Wired
from services.referrals.announcements import announce, announce_drill
from services.referrals.api import Api
from services.referrals.consumers import Consumers
from services.referrals.repository import Drills, Strongbox
from services.referrals.repository import Referrals as Repository
from services.referrals.settings import read_referral_settings
from services.referrals.tally import DrillTally, Tally
from services.referrals.timers import Timers


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with; `areas` are those that have a team."""

    referrals: Repository
    strongbox: Strongbox
    areas: tuple[str, ...]
    tally: Tally
    drills: Drills
    drill_every: timedelta | None
    drill_tally: DrillTally
    now: Callable[[], datetime]


def wire(runtime: Runtime) -> Parts:
    """Make the parts of this service."""
    own = read_referral_settings()
    index = BlindIndex(own.blind_index_key.read_bytes())
    is_on = own.drill_every is not None and runtime.settings.role != "api"
    tally = DrillTally(runtime.metrics, runtime.now, is_on=is_on)
    return Parts(
        referrals=Repository(runtime, announce),
        strongbox=Strongbox(runtime.vault, index),
        areas=own.areas,
        tally=Tally(runtime.metrics),
        drills=Drills(runtime, announce_drill, tally.count),
        drill_every=own.drill_every,
        drill_tally=tally,
        now=runtime.now,
    )


class Referrals(Api, Consumers, Timers):
    """The service: its name, its parts, and the doors of its three rooms."""

    name = "referrals"
    parts = Wired(wire)
