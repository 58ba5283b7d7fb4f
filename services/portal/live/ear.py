"""The portal's ear on the bus: a queue of its own that lives and dies with the connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from services.chassis.ids import new_id
from services.chassis.messaging.deliveries import Delivery
from services.chassis.messaging.subscription import Subscription
from services.chassis.messaging.topology import Subscribed
from services.chassis.metrics import Metrics
from services.contracts.catalogue import contract
from services.portal.live.change import HEARD
from services.portal.live.hub import Hub

PREFETCH = 500
DRILL = contract("drill_raised", 1)


def ear(uri: str, metrics: Metrics, hub: Hub, fatal: Callable[[str], None]) -> Subscription:
    """Return a subscription whose thread hands everything to the running event loop.

    Whenever it begins to hear anew, every stream is let catch up first. `fatal` is called in the
    event loop when the bus refuses the queue for good.
    """
    loop = asyncio.get_running_loop()

    def handle(delivery: Delivery) -> None:
        loop.call_soon_threadsafe(hub.hear, delivery.envelope)
        delivery.done()

    def refused(reason: str) -> None:
        loop.call_soon_threadsafe(fatal, reason)

    def hearing() -> None:
        loop.call_soon_threadsafe(hub.catch_up)

    return Subscription(
        uri,
        "portal",
        (Subscribed(f"portal.live.{new_id()}", (*HEARD, DRILL), exclusive=True),),
        metrics,
        handle,
        prefetch=PREFETCH,
        fatal=refused,
        on_ready=hearing,
    )
