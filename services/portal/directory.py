"""Keeping notifications told of who may be called: the accounts of casework staff.

Names and e-mail addresses go by internal HTTP only, never on the bus or into a log. What could not
be told is tried again until it is; what has not changed is told again now and then, so that a list
that was overtaken by an older one, or a database that was put back, is mended.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from time import monotonic
from typing import Any
from zoneinfo import ZoneInfo

from prometheus_client import Counter

from services.chassis.auth import CASEWORKERS, portal_itself
from services.chassis.logs import describe, get_logger
from services.chassis.traceparent import child_traceparent, trace_id
from services.portal.accounts import Accounts
from services.portal.clients import Services
from services.portal.pages.areas import zone_of

LOOK_EVERY_S = 5.0  # one query; accounts are also made by a command, in a process of its own
AFRESH_AFTER_S = 600.0
AT_ONCE = 200
_log = get_logger(__name__)
Told = dict[str, Any]


class NotTold(Exception):
    """Notifications did not take what it was told."""


class Directory:
    """Tells notifications of casework staff at the start, and when something has changed.

    `outcomes` counts by outcome: done or not_told; a failure is in the log once, until it is over.
    """

    def __init__(
        self,
        accounts: Accounts,
        services: Services,
        outcomes: Counter,
        tick: Callable[[], float] = monotonic,
    ) -> None:
        self._accounts, self._services, self._outcomes = accounts, services, outcomes
        self._tick = tick
        self._digest, self._told_at = "", 0.0
        self._is_failing = False
        for outcome in ("done", "not_told"):
            outcomes.labels(outcome)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep notifications told while the portal runs."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def look(self) -> bool:
        """Tell what has changed, if something has; tell whether nothing is left to be told."""
        try:
            await self._tell_if_changed()
        except Exception as error:
            self._outcomes.labels("not_told").inc()
            if not self._is_failing:
                _log.warning("responders_not_told", kind=describe(error), why=_why(error))
            self._is_failing = True
        else:
            self._is_failing = False
        return not self._is_failing

    async def _run(self) -> None:
        changed = self._accounts.people_changed
        while True:
            changed.clear()
            await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), LOOK_EVERY_S)

    async def _tell_if_changed(self) -> None:
        people = [_told(each) for each in await self._accounts.people.in_areas(["*"], _ROLES)]
        digest = hashlib.sha256(json.dumps(people, sort_keys=True).encode()).hexdigest()
        is_fresh = self._tick() - self._told_at < AFRESH_AFTER_S
        if not people or (digest == self._digest and is_fresh):
            return
        await self._tell(people)
        self._digest, self._told_at = digest, self._tick()
        self._outcomes.labels("done").inc()

    async def _tell(self, people: Sequence[Told]) -> None:
        """Tell some at a time, then who all of them are; a refused account hides no other.

        Raises:
            NotTold: some were refused, and the others were told; or nothing was taken.

        """
        parts = [people[at : at + AT_ONCE] for at in range(0, len(people), AT_ONCE)]
        refused = [each for part in parts for each in await self._refused(part)]
        await self._put([], everybody=[each["id"] for each in people])
        if refused:
            raise NotTold(f"refused: {', '.join(refused)}")

    async def _refused(self, people: Sequence[Told]) -> list[str]:
        """Tell some, by halves where they are refused; return the ids of those who were."""
        if await self._put(people) == HTTPStatus.OK:
            return []
        if len(people) == 1:
            return [people[0]["id"]]
        middle = len(people) // 2
        return [*await self._refused(people[:middle]), *await self._refused(people[middle:])]

    async def _put(
        self, people: Sequence[Told], everybody: Sequence[str] | None = None
    ) -> HTTPStatus:
        """Tell some, and return OK, or UNPROCESSABLE_ENTITY where one of them is refused."""
        portal = portal_itself(trace_id(child_traceparent(None)))
        body = {"people": list(people), "everybody": everybody}
        answer = await self._services.call("notifications", "PUT", "/responders", portal, json=body)
        if answer.is_done:
            return HTTPStatus.OK
        if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY and people:
            return HTTPStatus.UNPROCESSABLE_ENTITY
        raise NotTold(f"answered {answer.status}")


_ROLES = sorted(CASEWORKERS)


def _told(account: Told) -> Told:
    """Return what notifications is told of an account."""
    return {
        "id": account["_id"],
        "display_name": account["display_name"],
        "role": account["role"],
        "areas": account["areas"],
        "email": account["email"],
        "locale": account["locale"],
        "time_zone": _zone(account),
        "is_active": True,
    }


def _zone(account: Told) -> str:
    """Return the account's own time zone, if it is one, or that of its area or language."""
    with suppress(ValueError, OSError, KeyError, TypeError):
        return ZoneInfo(account["time_zone"]).key
    return zone_of(account["areas"], account["locale"])


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, NotTold) else ""
