"""Services whose clock a test turns, and the course of one case as their neighbours tell it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

from services.chassis.context import Context
from services.chassis.crypto import Vault
from services.chassis.ids import derived_id
from services.chassis.messaging.consume import Heard
from services.chassis.metrics import Metrics
from services.chassis.storage.framing import RECEIPTS_KEPT
from services.contracts.catalogue import CONTRACTS, read
from services.contracts.envelope import decode
from tests.integration.chassis.things import runtime
from tests.support import example

NO_BUS = "amqp://nobody:nothing@127.0.0.1:1/none"
BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
A_MONTH = 31 * DAY
CASE, REFERENCE, AREA = "0198c1a0-5a10-7c3e-9a51-0c6f2b7d9e11", "C-5HW2-M4SA", "london-rbkc"
FIRST, SECOND = "R-7F3K-9QX6", "R-2K8N-V6DD"
OF_THE_FRAME = ("version", "receipts", "outbox", "outbox_due", "outbox_said", "outbox_heard")


@dataclass
class Clock:
    """The time of a service, as its test wants it."""

    at: datetime = BEGAN

    def now(self) -> datetime:
        return self.at


def said(type: str, day: float, seq: int, **data: Any) -> dict[str, Any]:
    """Return an event of the case, said so many days after the beginning."""
    event, at = example(type), (BEGAN + day * DAY).isoformat()
    about = {"case_reference": REFERENCE, "area": AREA}
    known = {name: value for name, value in about.items() if name in event["data"]}
    return event | {
        "event_id": derived_id(type, str(day), str(seq)),
        "case_id": CASE if known else event["case_id"],
        "occurred_at": at,
        "seq": seq,
        "data": event["data"] | known | data,
    }


@dataclass
class Service:
    """One service in this process: its event doors, its database, its clock."""

    name: str
    mongo: Any
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        plain = runtime(self.mongo, NO_BUS)
        self.database = self.mongo.database(self.name)
        made = replace(
            plain,
            service=self.name,
            database=plain.client[self.database.name],
            vault=Vault(plain.client, self.database.name, b"v" * 96),
            metrics=Metrics(self.name),
            now=self.clock.now,
        )
        made.vault.ensure_index()
        self.parts = import_module(f"services.{self.name}.service").wire(made)
        self._doors = import_module(f"services.{self.name}.consumers").Consumers()
        self._doors.parts = self.parts

    def hear(self, event: dict[str, Any]) -> None:
        """Handle an event as the service's process does."""
        found = decode(json.dumps(event).encode())
        told = replace(found, data=read(found.type, found.version, found.data))
        why = Context(found.correlation_id, "", causation_id=found.event_id, receipt=found.event_id)
        getattr(self._doors, f"on_{found.type}")(Heard(told, why, self.clock.at))

    def live(self, course: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Hear what neighbours say, each at its time; return it."""
        for event in course:
            self.clock.at = datetime.fromisoformat(event["occurred_at"])
            self.hear(event)
        return list(course)

    def forget_receipts(self) -> None:
        """Let so much happen that no receipt of a month ago is left."""
        others = [f"later-{number}" for number in range(RECEIPTS_KEPT)]
        for name in self._collections():
            self.database[name].update_many({"receipts": {"$exists": True}}, receipts(others))

    def state(self) -> dict[str, Any]:
        """Return all that is known and said; `seq` counts what every aggregate has said."""
        return {
            f"{name}/{document['_id']}": {
                key: value for key, value in document.items() if key not in OF_THE_FRAME
            }
            for name in self._collections()
            for document in self.database[name].find()
        }

    def _collections(self) -> Iterator[str]:
        return (name for name in self.database.list_collection_names() if "." not in name)


def receipts(kept: Sequence[str]) -> dict[str, Any]:
    return {"$set": {"receipts": list(kept)}}


def events_heard_by(service: str) -> set[str]:
    """Return the types that a service hears and keeps."""
    return {each.type for each in CONTRACTS if service in each.lasting_hearers}
