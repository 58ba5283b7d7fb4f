"""What a process has at hand: made once by the launcher, passed to the wiring of the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo import MongoClient
from pymongo.database import Database

from services.chassis.crypto import Vault
from services.chassis.messaging.relay import Relay
from services.chassis.metrics import Metrics
from services.chassis.settings import Settings


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
