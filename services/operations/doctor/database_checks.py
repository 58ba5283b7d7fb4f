"""Checks of one service's database: does it keep its promises, and what waits in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from time import perf_counter

from environs import Env, EnvError

from services.chassis import clock
from services.chassis.storage.probe import server_of
from services.operations.doctor import stored
from services.operations.doctor.expected import PORTAL, SERVICES, outboxes
from services.operations.doctor.findings import (
    Check,
    Finding,
    found,
    lasting,
    not_told,
    number_of,
    well,
    wrong,
)
from services.operations.doctor.stored import Stored, Waiting, looking_into

UNSAID_WITHIN = timedelta(minutes=1)
UNHEARD_WITHIN = timedelta(minutes=2)
SKEW_WITHIN_S = 5.0
DRILL_WITHIN_TURNS = 2.5
Look = Callable[[Stored], Iterable[Finding]]


def checks(env: Env) -> list[Check]:
    """Return one check for each service's database."""
    return [Check(each, "its database", partial(_all, env, each)) for each in SERVICES]


def _all(env: Env, service: str) -> Iterator[Finding]:
    with looking_into(env, service) as database:
        since = perf_counter()
        database.client.admin.command("ping")
        took_ms = round((perf_counter() - since) * 1000)
        yield well(service, f"its database answers ({server_of(database)}, {took_ms} ms)")
        for about, look in looks(env, service):
            yield from found(Check(service, about, partial(look, database)))


def looks(env: Env, service: str) -> list[tuple[str, Look]]:
    """Return what is looked at in the database of a service that answers."""
    every: list[tuple[str, Look]] = [
        ("majority and journalled writes", lambda at: weak(service, stored.weaknesses(at))),
        ("indexes", lambda at: unindexed(service, stored.missing_indexes(at, service))),
        ("clock", lambda at: skewed(service, stored.skew_s(at))),
    ]
    if outboxes(service):
        every.append(("outbox", partial(_outbox, service)))
    if service == "referrals":
        every.append(("drill", partial(_drill, env)))
    if service != PORTAL:
        every.append(("operations_log", partial(_log, service)))
    return every


def weak(service: str, lacks: Sequence[str]) -> Iterator[Finding]:
    """Yield whether what is written stays written."""
    if not lacks:
        yield well(service, "writes are confirmed by a majority, and journalled")
    for name in lacks:
        says = f"its database does not give {name.replace('_', ' ')}: what is accepted may be lost"
        yield wrong(service, says, "look after the members of its replica set")


def unindexed(service: str, missing: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Yield the indexes that are not there."""
    if not missing:
        yield well(service, "its indexes are there")
    for collection, names in missing.items():
        says = f"{collection} has no index {', '.join(names)}"
        yield wrong(service, says, f"start {service}: it builds them before it is ready")


def skewed(service: str, skew_s: float | None) -> Iterator[Finding]:
    """Yield whether the database's clock and ours agree; leases last for a few seconds."""
    if skew_s is None:
        yield not_told(service, "its database does not tell its clock")
    elif abs(skew_s) <= SKEW_WITHIN_S:
        yield well(service, f"clocks differ by {abs(skew_s):.1f} s")
    else:
        way = "ahead of" if skew_s > 0 else "behind"
        says = f"the clock of its database is {lasting(abs(skew_s))} {way} this machine's"
        yield wrong(service, says, "set both by NTP")


def waiting_long(service: str, waiting: Waiting, now: datetime) -> Iterator[Finding]:
    """Yield whether events wait for longer than they do when all is well."""
    backlog, faults = waiting.backlog, []
    if waiting.unreadable:
        says = f"{number_of(waiting.unreadable, 'outbox', 'outboxes')} cannot be read"
        faults.append(wrong(service, says, "its log names each (outbox_unreadable): mend at once"))
    if backlog.unsaid_since is not None and now - backlog.unsaid_since > UNSAID_WITHIN:
        says = (
            f"events wait to be said since {lasting((now - backlog.unsaid_since).total_seconds())}"
        )
        faults.append(wrong(service, says, f"see that {service} runs and reaches the bus"))
    if backlog.unheard_since is not None and now - backlog.unheard_since > UNHEARD_WITHIN:
        since = lasting((now - backlog.unheard_since).total_seconds())
        says = f"events are said and not heard by everyone since {since}"
        faults.append(wrong(service, says, "see which service is not running or has dead letters"))
    told = f"outbox: {backlog.unsaid} to be said, {backlog.unheard} to be heard"
    yield from faults or [well(service, told)]


def drilled(
    drill: tuple[datetime, datetime | None] | None, every_s: float, now: datetime
) -> Iterator[Finding]:
    """Yield how long the last successful drill is ago, and whether that is too long."""
    area = "referrals"
    if not every_s:
        yield not_told(area, "drills are switched off (DRILL_EVERY_S=0): silence is not noticed")
        return
    if drill is None:
        do = "see that referrals runs; where drills are switched off, set DRILL_EVERY_S=0 here too"
        yield wrong(area, "no drill was ever held", do)
        return
    first, succeeded = drill
    age_s = (now - (succeeded or first)).total_seconds()
    if age_s <= DRILL_WITHIN_TURNS * every_s:
        yield well(area, f"last successful drill {lasting(age_s)} ago")
        return
    says = f"no drill has succeeded for {lasting(age_s)}: alerts may not come through"
    yield wrong(area, says, "see which of referrals, risk and notifications is not well")


def drills_every_s(env: Env) -> float:
    """Return how often drills are to be held, as referrals is told; 0: not at all."""
    try:
        return float(env.float("DRILL_EVERY_S", 60))
    except EnvError:
        return 60.0


def _outbox(service: str, database: Stored) -> Iterator[Finding]:
    now = clock.now()
    yield from waiting_long(service, stored.waiting(database, service, now), now)


def _drill(env: Env, database: Stored) -> Iterator[Finding]:
    yield from drilled(stored.last_drill(database), drills_every_s(env), clock.now())


def _log(service: str, database: Stored) -> Iterator[Finding]:
    stored.log_is_readable(database)
    yield well(service, "operations_log can be read")
