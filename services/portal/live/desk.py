"""The live desk of a portal process: it hears the bus, keeps the streams and lets them catch up."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

from pymongo.errors import PyMongoError
from sse_starlette import ServerSentEvent

from services.chassis import clock
from services.chassis.auth import MANAGERS
from services.chassis.logs import get_logger
from services.chassis.messaging.subscription import Subscription
from services.contracts.envelope import Envelope
from services.portal.accounts import Accounts, Person
from services.portal.clients import Services
from services.portal.live.catching_up import CannotCatchUp, changes_since
from services.portal.live.change import Change, Cursor, may_see
from services.portal.live.deliveries import Deliveries
from services.portal.live.ear import ear
from services.portal.live.hub import Hub
from services.portal.live.stream import CATCH_UP, CatchUp, Stream, Why
from services.portal.metrics import PortalMetrics

COME_BACK_AFTER_MS = range(1_000, 4_000)
CATCHING_UP_AT_ONCE = 8
SESSIONS_CHECKED_EVERY = timedelta(seconds=15)
_log = get_logger(__name__)


class Desk:
    """All that is live in one process.

    `fatal` is called, in the event loop, when the bus refuses our queue for good.
    """

    def __init__(
        self,
        amqp_uri: str,
        accounts: Accounts,
        services: Services,
        metrics: PortalMetrics,
        fatal: Callable[[str], None],
    ) -> None:
        self.hub = Hub(self._drilled)
        self._amqp_uri, self._accounts, self._services = amqp_uri, accounts, services
        self._metrics, self._fatal = metrics, fatal
        self._deliveries = Deliveries(services, metrics.deliveries)
        self._places = asyncio.Semaphore(CATCHING_UP_AT_ONCE)
        self._ear: Subscription | None = None

    @property
    def is_hearing(self) -> bool:
        """Is the bus being listened to?"""
        return self._ear is not None and self._ear.is_consuming

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hear the bus and look after the streams while the portal runs."""
        self._ear = ear(self._amqp_uri, self._metrics.shared, self.hub, self._fatal)
        self._ear.start()
        chores = (self._deliveries.run(), self._check_sessions())
        tasks = [asyncio.create_task(chore) for chore in chores]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await asyncio.to_thread(self._ear.stop)

    async def events(self, stream: Stream) -> AsyncIterator[ServerSentEvent]:
        """Write a stream: where it begins, what has passed since, then what happens."""
        self.hub.join(stream)
        self._metrics.open_streams.inc()
        try:
            stream.offer(CATCH_UP)
            # Not all at once, when a process ends that many pages are open at.
            yield ServerSentEvent(id=str(stream.position), retry=secrets.choice(COME_BACK_AFTER_MS))
            while (item := await stream.take()) is not None:
                for change in await self._changes(stream, item):
                    yield change.for_browser()
                    self._note(stream, change)
        except CannotCatchUp:
            stream.end(Why.RESYNC_FAILED)
        finally:
            self.hub.leave(stream)
            self._metrics.open_streams.dec()
            self._metrics.streams_ended.labels(stream.ended or Why.LEFT).inc()

    def _drilled(self, envelope: Envelope) -> None:
        """Note that a drill has come to where open pages would be told, and would have been."""
        age = self._metrics.drill_age
        if age is not None and envelope.data["outcome"] == "raised":
            age.happened(envelope.occurred_at, clock.now())

    async def _changes(self, stream: Stream, item: Change | CatchUp) -> Sequence[Change]:
        """Return what of an item is to be written."""
        if isinstance(item, CatchUp):
            async with self._places:
                changes = await self._fetch(stream.person, stream.position)
        else:
            changes = [await self._informed(stream.person, item)]
        seen = (change for change in changes if may_see(stream.person, change))
        return [change for change in seen if stream.is_new(change)]

    async def _informed(self, person: Person, change: Change) -> Change:
        """Return a change with who is to be told; the first stream to ask asks for all."""
        if change.audience is not None or person.role in MANAGERS:
            return change
        async with self._places:
            known = self.hub.informed(change)
            if known.audience is None:
                await self._fetch(person, change.cursor)
        return self.hub.informed(change)

    async def _fetch(self, person: Person, position: Cursor) -> list[Change]:
        changes = await changes_since(self._services, person, position)
        return [self.hub.informed(change) for change in changes]

    def _note(self, stream: Stream, change: Change) -> None:
        self._deliveries.shown(stream.person, change)
        if change.source_at is not None and change.cursor.event == "alert_raised":
            lag = (clock.now() - change.source_at).total_seconds()
            self._metrics.stream_lag.observe(max(lag, 0))

    async def _check_sessions(self) -> None:
        """End the streams of those whose session is over; one query for all of them.

        What ended in this process is looked at once, what ended in another one within the period.
        """
        ended = self._accounts.sessions_ended
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), SESSIONS_CHECKED_EVERY.total_seconds())
            ended.clear()
            await self._end_sessions()

    async def _end_sessions(self) -> None:
        open_now = {stream.person.session_id for stream in self.hub.streams}
        try:
            alive = await self._accounts.sessions.alive(open_now, clock.now())
        except PyMongoError as error:
            _log.warning("sessions_not_checked", exc_info=error)
        else:
            self.hub.end_sessions(open_now - alive)
