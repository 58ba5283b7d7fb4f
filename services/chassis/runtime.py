"""What a process has at hand: made once by the launcher, passed to the wiring of the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.crypto import Vault
from services.chassis.messaging.relay import Relay
from services.chassis.metrics import Metrics
from services.chassis.rush import Rush
from services.chassis.settings import Settings
from services.chassis.tracing import Tracing


class Jobs:
    """Where work is handed to whoever does it in this process; nobody listens in the role api."""

    def __init__(self) -> None:
        self._listening: dict[str, Callable[[Any], None]] = {}

    def listen(self, queue: str, take: Callable[[Any], None]) -> None:
        """Hand the jobs of a queue over from now on."""
        self._listening[queue] = take

    def deafen(self, queue: str) -> None:
        """Hand no more jobs of a queue over."""
        self._listening.pop(queue, None)

    def put(self, queue: str, job: Any) -> bool:
        """Have a job done at once, if somebody in this process does it; tell whether."""
        take = self._listening.get(queue)
        if take is not None:
            take(job)
        return take is not None


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts that every service shares the making of."""

    service: str
    settings: Settings
    client: MongoClient[dict[str, Any]]
    database: Database[dict[str, Any]]
    vault: Vault
    relay: Relay
    metrics: Metrics
    now: Callable[[], datetime]
    jobs: Jobs = field(default_factory=Jobs)
    rush: Rush = field(default_factory=Rush)
    tracing: Tracing = field(default_factory=Tracing)
