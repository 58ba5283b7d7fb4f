"""What is to be there when every service has been started once: queues, exchanges, indexes.

Queues follow from the catalogue. Indexes are written out, since a service is not imported here; a
test compares them with what the services build.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.messaging.hearers import publishers_heard_by
from services.chassis.messaging.topology import (
    LADDER_S,
    answers,
    dead_letters,
    events_exchange,
    retry_exchange,
    work_queue,
)
from services.contracts.catalogue import CONTRACTS
from services.operations.settings import CONSUMERS

PORTAL = "portal"
SERVICES = (*CONSUMERS, PORTAL)
PUBLISHERS = tuple(sorted({each.publisher for each in CONTRACTS}))
DUE = "outbox_due"
_EVERYWHERE: Mapping[str, tuple[str, ...]] = {
    "access_log": ("case_at",),
    "key_vault": ("key_names",),
}
INDEXES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "referrals": {
        "referrals": (
            *("agency_newest", "area_newest", "newest", "agency_status_newest"),
            *("status_area_newest", "status_newest", "reference", "case_reference"),
            *("claims", "near", DUE),
        ),
        "drills": (DUE,),
        **_EVERYWHERE,
    },
    "risk": {
        "risk": ("reference", "announce_again_at", DUE),
        "drills": (DUE,),
        **_EVERYWHERE,
    },
    "sessions": {
        "sessions": (
            *("reference", "open_practitioner_areas_activity", "open_areas_activity"),
            *("open_activity", DUE),
        ),
        **_EVERYWHERE,
    },
    "notifications": {
        "notifications": (
            *("reference", "episode", "due", "listed", "case", "latest", "changed", "period", DUE),
        ),
        "notices": ("due", "person", "alert", DUE),
        "matters": ("due", DUE),
        "rotas": ("area", DUE),
        "allocations": (DUE,),
        "responders": ("active", DUE),
        "policies": ("area_kind", DUE),
        "drills": (DUE,),
        **_EVERYWHERE,
    },
    PORTAL: {
        "accounts": ("key", "email", "colleagues"),
        "sessions": ("account", "expiry"),
        "devices": ("account", "expiry"),
        "sign_in_attempts": ("forget",),
    },
}


def outboxes(service: str) -> tuple[str, ...]:
    """Return the collections of a service whose documents may have something to say."""
    return tuple(name for name, indexes in INDEXES[service].items() if DUE in indexes)


def work_queues(consumer: str) -> tuple[str, ...]:
    """Return the queues that a service takes events from."""
    return tuple(work_queue(consumer, c) for c in CONTRACTS if consumer in c.lasting_hearers)


def taken_queues(service: str) -> tuple[str, ...]:
    """Return the queues that have a consumer whenever a process of the service runs."""
    return (*work_queues(service), answers(service))


def ladder_queues(consumer: str) -> tuple[str, ...]:
    """Return the queues in which what failed waits; nobody takes from them."""
    return tuple(retry_exchange(consumer, rung) for rung in range(1, len(LADDER_S) + 1))


def kept_queues(consumer: str) -> tuple[str, ...]:
    """Return the queues that nobody takes from: the ladder and the dead letters."""
    return (*ladder_queues(consumer), dead_letters(consumer))


def exchanges(service: str) -> tuple[str, ...]:
    """Return the exchanges that a service declares: its own, and those of whom it answers."""
    heard = publishers_heard_by(service)
    names = {events_exchange(service), *map(events_exchange, heard), *map(answers, heard)}
    return tuple(sorted({*names, answers(service), *kept_queues(service)}))
