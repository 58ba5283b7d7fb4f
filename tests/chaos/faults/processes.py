"""Processes that die, stand still, die at a named point, or have a wrong clock."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import TYPE_CHECKING

from services.chassis.failpoints import Action
from tests.chaos.faults.kinds import Kind, Planned
from tests.chaos.replicas import NAMES

if TYPE_CHECKING:
    from tests.chaos.system import System

HOUR_S = 3600.0
EVERYWHERE = (
    *("saving", "saved", "publishing", "published", "confirmed", "clearing", "cleared"),
    *("hearing", "handled", "answering"),
)
POINTS_OF: Mapping[str, tuple[str, ...]] = {
    "portal": ("relayed",),
    "referrals": (*EVERYWHERE, "claiming", "claimed"),
    "risk": (*EVERYWHERE, "ticking", "ticked"),
    "sessions": EVERYWHERE,
    "notifications": (*EVERYWHERE, "ticking", "ticked", "noting"),
}
"""What each service passes within seconds; the points of the retry ladder are passed seldom."""


def kill(system: System, fault: Planned) -> None:
    """SIGKILL."""
    system.replicas[fault.target].kill()


def start(system: System, fault: Planned) -> None:
    """Start it again as if nothing had been."""
    if not system.replicas[fault.target].is_alive:
        system.replicas[fault.target].start()


def pause(system: System, fault: Planned) -> None:
    """SIGSTOP, for longer than a lease: others take over what it still believes to hold."""
    system.replicas[fault.target].pause()


def resume(system: System, fault: Planned) -> None:
    """SIGCONT."""
    system.replicas[fault.target].resume()


def arm_to_die(system: System, fault: Planned) -> None:
    """Have it die at a point; whoever looks after it starts it without."""
    _arm(system, fault, Action.KILL)


def arm_to_stop(system: System, fault: Planned) -> None:
    """Have it stand still at a point, in the middle of what it does."""
    _arm(system, fault, Action.STOP)


def _arm(system: System, fault: Planned, action: Action) -> None:
    system.replicas[fault.target].kill()
    system.replicas[fault.target].start(FAIL_AT=failure(fault, action))


def failure(fault: Planned, action: Action) -> str:
    """Return where it fails: at one of the points that its service passes, and which time."""
    chance, service = Random(fault.salt), fault.target.rpartition("-")[0]
    return f"{chance.choice(POINTS_OF[service])}:{action}:{chance.randint(1, 3)}"


def disarm(system: System, fault: Planned) -> None:
    """Let it live, should it not have come to that point."""
    replica = system.replicas[fault.target]
    if replica.is_armed:
        replica.kill()
        replica.start()


def go_on(system: System, fault: Planned) -> None:
    """SIGCONT, or, should it not have come to that point, a start without it."""
    replica = system.replicas[fault.target]
    if replica.is_standing_still:
        replica.resume()
    else:
        disarm(system, fault)


def put_ahead(system: System, fault: Planned) -> None:
    """Put its clock an hour ahead."""
    system.replicas[fault.target].set_clock(HOUR_S)


def put_back(system: System, fault: Planned) -> None:
    """Put its clock an hour back."""
    system.replicas[fault.target].set_clock(-HOUR_S)


def set_right(system: System, fault: Planned) -> None:
    """Put its clock right."""
    system.replicas[fault.target].set_clock(0)


# A lease is reckoned by the wall clock: to one that is an hour ahead, all leases have lapsed.
KINDS = (
    Kind("kill", NAMES, 0.5, 3, kill, start, cards=2),
    Kind("pause", NAMES, 6, 8, pause, resume, parks=True),
    Kind("die at a point", NAMES, 9, 12, arm_to_die, disarm, cards=3),
    Kind("stop at a point", NAMES, 12, 15, arm_to_stop, go_on, parks=True, cards=2),
    Kind("clock ahead", NAMES, 4, 7, put_ahead, set_right, parks=True),
    Kind("clock back", NAMES, 4, 7, put_back, set_right, parks=True),
)
