"""A small aggregate for tests of the chassis, and the runtime that it lives in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from pymongo import MongoClient

from services.chassis import clock
from services.chassis.auth import Principal
from services.chassis.crypto import Vault
from services.chassis.ids import new_id, new_reference
from services.chassis.messaging.relay import Relay
from services.chassis.metrics import Metrics
from services.chassis.runtime import Runtime
from services.chassis.settings import Settings
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Index, Shape
from services.contracts.envelope import Announcement

EXCHANGE = "sessions.events"
KEY = "case_closed.v1"


@dataclass(frozen=True, slots=True)
class Thing:
    """Counts, belongs to an area, may carry a note."""

    id: str
    reference: str
    case_id: str
    area: str = "cluj"
    count: int = 0
    note: str | None = None


def new_thing(**fields: Any) -> Thing:
    return Thing(new_id(), new_reference("C"), new_id(), **fields)


@dataclass(frozen=True, slots=True)
class Counted:
    """Something to say."""


class Things(Repository[Thing]):
    """Things by area and count."""

    collection = "sessions"
    INDEXES: ClassVar = (
        Index("reference", (("reference", 1),), unique=True),
        Index("area_count", (("area", 1), ("count", -1), ("_id", -1))),
    )
    BY_COUNT = Shape("by_count", index="area_count", equal=("area",), sort=(("count", -1),))
    SHAPES: ClassVar = (BY_COUNT,)

    def document(self, root: Thing) -> dict[str, Any]:
        state = {
            "reference": root.reference,
            "case_id": root.case_id,
            "area": root.area,
            "count": root.count,
        }
        return state | ({"note": root.note} if root.note else {})

    def root(self, document: Mapping[str, Any]) -> Thing:
        return Thing(
            document["_id"],
            document["reference"],
            document["case_id"],
            document["area"],
            document["count"],
            document.get("note"),
        )

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        return {} if "*" in principal.areas else {"area": {"$in": list(principal.areas)}}


def announce(thing: Thing, _event: object) -> Announcement:
    data = {"case_reference": thing.reference, "area": thing.area, "outcomes": [], "by": "a"}
    return Announcement("case_closed", 1, data)


def runtime(mongo: Any, amqp_uri: str, lease_s: float = 5.0) -> Runtime:
    """Return a runtime on the real database; its relay is not started."""
    client: MongoClient[dict[str, Any]] = MongoClient(mongo.uri, tz_aware=True)
    database = mongo.database("sessions")
    metrics = Metrics("sessions")
    return Runtime(
        service="sessions",
        settings=_settings(mongo.uri, amqp_uri, database.name),
        client=client,
        database=client[database.name],
        vault=Vault(client, database.name, b"v" * 96),
        relay=Relay(amqp_uri, "sessions", metrics, timedelta(seconds=lease_s)),
        metrics=metrics,
        now=clock.now,
    )


def _settings(mongo_uri: str, amqp_uri: str, database: str) -> Settings:
    options = dict.fromkeys(Settings.__dataclass_fields__)
    return Settings(
        **{**options, "mongo_uri": mongo_uri, "amqp_uri": amqp_uri, "database": database}
    )
