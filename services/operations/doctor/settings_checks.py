"""Checks of the environment: is it told where everything is, and can that be read."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from environs import Env, EnvError

from services.operations.doctor.expected import SERVICES
from services.operations.doctor.findings import Check, Finding, well, wrong
from services.operations.settings import NAMING, START

AREA, FILE = "settings", "OUTREACH_SETTINGS_FILE"
OWN = tuple(f"{name.upper()}_MONGO_URI" for name in SERVICES)
ADDRESSES = ("AMQP_URI", "MONGODB_URI", *OWN)


def checks(env: Env, before: Mapping[str, str]) -> list[Check]:
    """Return the checks; `before` is the environment as it was before a file filled it."""
    return [
        Check(AREA, FILE, lambda: file(before)),
        Check(AREA, "settings", lambda: named(_addresses(env))),
        Check(AREA, "DRILL_EVERY_S", lambda: _drills(env)),
    ]


def file(before: Mapping[str, str]) -> Iterator[Finding]:
    """Yield whether the file that stands in for the environment can be read, and by whom."""
    told = before.get(FILE)
    if not told or any(name in before for name in NAMING):
        return
    try:
        mode = Path(told).stat().st_mode
        Path(told).open("rb").close()
    except FileNotFoundError:
        yield wrong(AREA, f"neither the environment nor {told} says where the system is", START)
        return
    except OSError as error:
        do = "run this as its owner, or set AMQP_URI and MONGODB_URI"
        yield wrong(AREA, f"{told} cannot be read ({type(error).__name__})", do)
        return
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        says = f"{told} holds passwords, and others than its owner may use it"
        yield wrong(AREA, says, f"chmod 600 {told}")
    else:
        yield well(AREA, f"taken from {told}")


def named(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield which addresses are told and which are not; what they say is not shown."""
    told = [name for name in ADDRESSES if environment.get(name)]
    if told:
        yield well(AREA, f"{', '.join(told)} told")
    if "AMQP_URI" not in told:
        yield wrong(AREA, "AMQP_URI is not told", START)
    missing = [name for name in OWN if name not in told]
    if "MONGODB_URI" not in told and missing:
        says = f"neither MONGODB_URI nor {', '.join(missing)} told"
        yield wrong(AREA, says, "set the one, or each of the others")


def _addresses(env: Env) -> dict[str, str]:
    return {name: env.str(name, "") for name in ADDRESSES}


def _drills(env: Env) -> Iterator[Finding]:
    try:
        env.float("DRILL_EVERY_S", 60)
    except EnvError:
        yield wrong(AREA, "DRILL_EVERY_S is no number", "give it as referrals has it; 0: no drills")
