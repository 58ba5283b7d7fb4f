"""Telling notifications that alerts were shown in open inboxes, off the hot path."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Iterator
from contextlib import suppress
from http import HTTPStatus

from prometheus_client import Counter

from services.chassis.auth import portal_itself
from services.chassis.ids import new_id
from services.chassis.logs import get_logger
from services.chassis.traceparent import child_traceparent, trace_id
from services.portal.accounts import Person
from services.portal.clients import Services
from services.portal.live.change import Change

GATHERED_FOR_S = 0.2
TOLD_AT_ONCE = 25
PEOPLE_AT_ONCE = 1_000
LAST_WITHIN_S = 5.0
WAITING_AT_MOST = 5_000
REMEMBERED = 20_000
_log = get_logger(__name__)
Shown = tuple[str, str]
Told = dict[str, list[str]]
DOOR = ("notifications", "POST", "/alerts/deliveries")


class Deliveries:
    """Tells once for each person and call, however many pages she has open.

    A call is on all pages of an area in one moment. So it is told to whom alerts were shown within
    a fifth of a second: each alert changes once then, and not once for each page.

    What cannot be told is counted and left: the alert then simply escalates as if unseen.
    """

    def __init__(self, services: Services, outcomes: Counter) -> None:
        self._services, self._outcomes = services, outcomes
        self._told: OrderedDict[Shown, None] = OrderedDict()
        self._waiting: dict[str, list[str]] = {}
        self._some = asyncio.Event()

    def shown(self, person: Person, change: Change) -> None:
        """Note that a change was written to a page of hers; only calls to her are told."""
        is_to_her = change.audience is not None and change.audience.includes(person)
        mark = (person.id, str(change.cursor))
        if not (change.calls and is_to_her) or mark in self._told:
            return
        self._told[mark] = None
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        if len(self._waiting) >= WAITING_AT_MOST:
            self._outcomes.labels("not_told").inc()
            return
        self._waiting.setdefault(change.cursor.reference, []).append(person.id)
        self._some.set()

    async def run(self) -> None:
        """Tell until cancelled, and then what is left."""
        try:
            while await self._some.wait():
                await asyncio.sleep(GATHERED_FOR_S)
                await self._tell_all()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WITHIN_S):
                    await self._tell_all()
            for part in self._parts():
                self._count(part, missed=set(part))

    async def _tell_all(self) -> None:
        self._some.clear()
        for part in self._parts():
            await self._tell(part)

    def _parts(self) -> Iterator[Told]:
        """Take what waits, in parts that notifications lets in; many people make several."""
        while self._waiting:
            part: Told = {}
            room = PEOPLE_AT_ONCE
            while self._waiting and room and len(part) < TOLD_AT_ONCE:
                reference = next(iter(self._waiting))
                people = self._waiting.pop(reference)
                part[reference], left = people[:room], people[room:]
                room -= len(part[reference])
                if left:
                    self._waiting[reference] = left
            yield part

    async def _tell(self, part: Told) -> None:
        """Tell of some alerts to whom they were shown; again, if the process ends meanwhile."""
        missed = set(part)
        try:
            missed = await self._missed(part)
        except asyncio.CancelledError:
            for reference, people in part.items():
                self._waiting.setdefault(reference, []).extend(people)
            raise
        except Exception:
            _log.exception("deliveries_not_told", alerts=len(part))
        self._count(part, missed)

    def _count(self, part: Told, missed: Collection[str]) -> None:
        for reference, people in part.items():
            outcome = "not_told" if reference in missed else "done"
            self._outcomes.labels(outcome).inc(len(people))

    async def _missed(self, part: Told) -> set[str]:
        """Tell, and return the references of which notifications could not take note.

        To tell twice does no harm; the key says so, where a kept connection was closed meanwhile.
        """
        portal = portal_itself(trace_id(child_traceparent(None)))
        told = [{"alert": reference, "people": people} for reference, people in part.items()]
        answer = await self._services.call(
            *DOOR, portal, json={"shown": told}, idempotency_key=new_id()
        )
        if answer.is_done:
            return set(answer.body["not_found"])
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE or len(part) == 1:
            return set(part)
        return await self._missed_of_each(part)

    async def _missed_of_each(self, part: Told) -> set[str]:
        """Tell of each alert by itself: one that cannot be changed keeps no other untold."""
        apart = [await self._missed({reference: people}) for reference, people in part.items()]
        return set().union(*apart)
