"""Everything that the screen shows, read side by side; what cannot be read says why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from environs import Env

from services.chassis import clock
from services.operations.doctor import stored
from services.operations.doctor.findings import NotPermitted
from services.operations.doctor.on_the_bus import Depths, depths
from services.operations.doctor.stored import OpenAlert, Waiting, looking_into
from services.operations.refusals import CannotReach
from services.operations.settings import CONSUMERS, bus_uri

PLACES = 16
AGES = (timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something that could not be read, and why in a word or two; `sentence` says it in full."""

    why: str
    sentence: str
    is_permitted: bool = True


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """What waits of one service: in its outbox, and on the bus."""

    service: str
    outbox: Waiting | Unseen
    queues: Depths | Unseen


@dataclass(frozen=True, slots=True)
class AlertAges:
    """How many alerts are open, by how long: `younger` goes with `AGES`, what is left is older."""

    count: int
    younger: tuple[int, ...]
    older: int
    untaken: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Status:
    """One moment; `drilled_at` is when a drill last succeeded, None if none ever did."""

    at: datetime
    services: tuple[ServiceStatus, ...]
    drilled_at: datetime | Unseen | None
    alerts: AlertAges | Unseen

    @property
    def unseen(self) -> list[Unseen]:
        """Return what could not be read."""
        per_service = [part for each in self.services for part in (each.outbox, each.queues)]
        every = [*per_service, self.drilled_at, self.alerts]
        return [part for part in every if isinstance(part, Unseen)]

    @property
    def is_anything_seen(self) -> bool:
        """Was anything answered at all, be it with a refusal of rights?"""
        parts = 2 * len(self.services) + 2
        return sum(not each.is_permitted for each in self.unseen) + parts > len(self.unseen)


def read_status(env: Env) -> Status:
    """Read everything; nothing that fails hinders the rest."""
    now = clock.now()
    with ThreadPoolExecutor(max_workers=PLACES) as places:
        outboxes = [places.submit(_seen, partial(_outbox, env, each, now)) for each in CONSUMERS]
        queues = [places.submit(_seen, partial(_queues, env, each)) for each in CONSUMERS]
        drill = places.submit(_seen, lambda: _drilled_at(env))
        alerts = places.submit(_seen, lambda: _alerts(env, now))
    services = tuple(
        ServiceStatus(name, outbox.result(), queue.result())
        for name, outbox, queue in zip(CONSUMERS, outboxes, queues, strict=True)
    )
    return Status(now, services, drill.result(), alerts.result())


def by_age(alerts: Sequence[OpenAlert], now: datetime) -> AlertAges:
    """Return open alerts counted by how long they have been open."""
    ages = [now - each.raised_at for each in alerts]
    upto = [sum(age < limit for age in ages) for limit in AGES]
    younger = tuple(count - before for count, before in zip(upto, (0, *upto), strict=False))
    return AlertAges(
        count=len(alerts),
        younger=younger,
        older=len(alerts) - upto[-1],
        untaken=sum(not each.is_taken for each in alerts),
        oldest_at=min((each.raised_at for each in alerts), default=None),
    )


def _outbox(env: Env, service: str, now: datetime) -> Waiting:
    with looking_into(env, service) as database:
        return stored.waiting(database, service, now)


def _queues(env: Env, service: str) -> Depths:
    return depths(bus_uri(env), service)


def _drilled_at(env: Env) -> datetime | None:
    with looking_into(env, "referrals") as database:
        found = stored.last_drill(database)
    return found[1] if found else None


def _alerts(env: Env, now: datetime) -> AlertAges:
    with looking_into(env, "notifications") as database:
        return by_age(stored.open_alerts(database), now)


def _seen(read: Callable[[], Value]) -> Value | Unseen:
    try:
        return read()
    except NotPermitted as refused:
        return Unseen("not permitted", str(refused), is_permitted=False)
    except CannotReach as error:
        return Unseen("not reached", error.message)
    except Exception as error:
        return Unseen("not read", f"it could not be read ({type(error).__name__})")
