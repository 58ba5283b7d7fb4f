"""The sessions service: case files and outreach sessions, by HTTP and by events."""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.runtime import Runtime
from services.chassis.wiring import Wired
from services.sessions.announcements import announce
from services.sessions.api import Api
from services.sessions.consumers import Consumers
from services.sessions.domain.engagement import Rules
from services.sessions.repository import CaseFiles
from services.sessions.settings import read_rules
from services.sessions.tally import Tally


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with."""

    files: CaseFiles
    rules: Rules


def wire(runtime: Runtime) -> Parts:
    """Make the parts of this service."""
    return Parts(CaseFiles(runtime, announce, Tally(runtime.metrics).count), read_rules())


class Sessions(Api, Consumers):
    """The service: its name, its parts, and the doors of its two rooms."""

    name = "sessions"
    parts = Wired(wire)
