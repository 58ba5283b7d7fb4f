"""Checks of the bus: is it there and are we let in, is all there and taken from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import pika
from environs import Env

from services.chassis.messaging.topology import answers
from services.operations.bus import bus, parameters
from services.operations.doctor import policies
from services.operations.doctor.expected import exchanges, kept_queues, work_queues
from services.operations.doctor.findings import (
    Check,
    Finding,
    found,
    number_of,
    well,
    wrong,
)
from services.operations.doctor.on_the_bus import Queue, Sight, dead_letters_of
from services.operations.settings import CONSUMERS, bus_uri

AREA = "bus"
OLDEST = (3, 10)
LOOK = "look with ./outreach dead-letters list --queue"


def checks(env: Env) -> list[Check]:
    """Return the checks of the bus, one after another over one connection."""
    return [
        Check(AREA, "the bus", lambda: _all(bus_uri(env))),
        Check(AREA, "policies", lambda: policies.look(env)),
    ]


def _all(uri: str) -> Iterator[Finding]:
    at = parameters(uri)
    with bus(uri) as connection:
        sight = Sight(connection)
        yield from found(Check(AREA, "the bus", lambda: server(sight, at)))
        for consumer in CONSUMERS:
            about = f"queues of {consumer}"
            yield from found(Check(consumer, about, partial(_topology, sight, consumer)))
    for consumer in CONSUMERS:
        about = f"dead letters of {consumer}"
        yield from found(Check(consumer, about, partial(_dead_letters, uri, consumer)))


def server(sight: Sight, at: pika.ConnectionParameters) -> Iterator[Finding]:
    """Yield that it answers and lets us in, and whether it is new enough."""
    product, version = sight.server
    where = f"{at.host}:{at.port} answers, virtual host {at.virtual_host}"
    yield well(AREA, f"{where}, {product} {version}")
    if is_too_old(version):
        needed = ".".join(map(str, OLDEST))
        yield wrong(AREA, f"{product} {version} is too old", f"bring it to {needed} or later")


def is_too_old(version: str) -> bool:
    """Tell whether a broker lacks what we use; a version that cannot be read is let pass."""
    told = version.split(".")[:2]
    return all(part.isdecimal() for part in told) and tuple(map(int, told)) < OLDEST


def _topology(sight: Sight, consumer: str) -> Iterator[Finding]:
    missing = [name for name in exchanges(consumer) if not sight.has_exchange(name)]
    taken = {name: sight.queue(name) for name in (*work_queues(consumer), answers(consumer))}
    kept = {name: sight.queue(name) for name in kept_queues(consumer)}
    gone = [name for name, queue in (taken | kept).items() if queue is None]
    there = [queue for queue in taken.values() if queue is not None]
    yield from topology(consumer, missing, gone, there)


def topology(
    consumer: str, exchanges: Sequence[str], gone: Sequence[str], there: Sequence[Queue]
) -> Iterator[Finding]:
    """Yield what missing exchanges, missing queues and queues without a taker mean."""
    idle = [queue for queue in there if not queue.takers]
    if there and len(idle) == len(there):
        yield _not_running(consumer, there)
    else:
        yield from (_not_taken(consumer, queue) for queue in idle)
    for kind, names in (("exchange", exchanges), ("queue", gone)):
        yield from _missing(consumer, kind, names, is_all_gone=not there)
    if not (exchanges or gone or idle):
        yield well(consumer, f"{number_of(len(there), 'queue')} with a consumer each")


def _missing(
    consumer: str, kind: str, names: Sequence[str], *, is_all_gone: bool
) -> Iterator[Finding]:
    """Yield one sentence for all where nothing is there: the service was never started."""
    do = f"restart {consumer}: it declares them, and publishers say again what was in them"
    if is_all_gone and names:
        says = f"{number_of(len(names), kind)} missing: {consumer} was never started on this bus"
        yield wrong(consumer, says, f"start {consumer}, or see that AMQP_URI names the right bus")
        return
    for name in names:
        yield wrong(consumer, f"{kind} {name} is missing", do)


def _not_running(consumer: str, queues: Sequence[Queue]) -> Finding:
    waiting = sum(queue.waiting for queue in queues)
    says = f"is not running: no process takes from its queues, {number_of(waiting, 'message')} wait"
    return wrong(consumer, says, f"start {consumer}; if it ends again, its log says why")


def _not_taken(consumer: str, queue: Queue) -> Finding:
    says = f"no process takes from {queue.name}, {number_of(queue.waiting, 'message')} wait"
    return wrong(
        consumer, says, f"restart {consumer}; its log says whether it is of an older release"
    )


def _dead_letters(uri: str, consumer: str) -> Iterator[Finding]:
    waiting = dead_letters_of(uri, consumer)
    if waiting:
        says = f"{number_of(waiting, 'dead letter')}: each may be a woman whom nobody was told of"
        yield wrong(consumer, says, f"{LOOK} {consumer}")
    elif waiting == 0:
        yield well(consumer, "no dead letters")
