"""The queues of those who hear a service are there before it speaks, whoever starts first.

An event that finds one of its two queues counts as published, and the other hearer would never get
it: so each publisher declares them all, as they themselves do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from pika.adapters.select_connection import SelectConnection
from pika.channel import Channel

from services.chassis.logs import get_logger
from services.chassis.messaging.connection import close_reason, in_order
from services.chassis.messaging.topology import Subscribed, declaration, work_queue
from services.contracts.catalogue import CONTRACTS

_log = get_logger(__name__)


def hearers_of(service: str) -> tuple[Subscribed, ...]:
    """Return the durable queues that are to get what a service says."""
    return tuple(
        Subscribed(work_queue(hearer, said), (said,))
        for said in CONTRACTS
        if said.publisher == service
        for hearer in said.lasting_hearers
    )


def publishers_heard_by(service: str) -> tuple[str, ...]:
    """Return the services to which a service answers what it has heard."""
    return tuple(sorted({said.publisher for said in CONTRACTS if service in said.lasting_hearers}))


def who_hears(queues: Sequence[Subscribed]) -> dict[str, frozenset[str]]:
    """Return the consumers of these queues by the routing key of what they hear."""
    found: dict[str, set[str]] = defaultdict(set)
    for each in queues:
        for said in each.contracts:
            found[said.routing_key].add(each.consumer)
    return {key: frozenset(consumers) for key, consumers in found.items()}


def declare(
    connection: SelectConnection, hearers: Sequence[Subscribed], then: Callable[[], None]
) -> None:
    """Declare queues on a channel of their own, then go on, whatever came of it.

    Where this user may not declare them, they must be there already: the log says so.
    """
    connection.channel(on_open_callback=partial(_declare, hearers, then))


def _declare(hearers: Sequence[Subscribed], then: Callable[[], None], channel: Channel) -> None:
    def closed(_channel: Channel, reason: Any) -> None:
        code, text = close_reason(reason)
        if code:
            _log.error("queues_of_hearers_not_declared", code=code, reason=text)
        if channel.connection.is_open:
            then()

    channel.add_on_close_callback(closed)
    in_order(declaration(channel, hearers), channel.close)
