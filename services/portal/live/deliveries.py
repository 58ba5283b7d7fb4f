"""Telling notifications that an alert was shown in somebody's open inbox, off the hot path."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from prometheus_client import Counter

from services.chassis.context import child_traceparent, trace_id
from services.chassis.logs import get_logger
from services.portal.accounts import Person
from services.portal.clients import Services
from services.portal.live.change import Change

_log = get_logger(__name__)
WORKERS = 4
WAITING_AT_MOST = 5_000
REMEMBERED = 20_000
Shown = tuple[str, str]


class Deliveries:
    """Tells once for each person and call, however many pages she has open.

    What cannot be told is counted and left: the alert then simply escalates as if unseen.
    """

    def __init__(self, services: Services, outcomes: Counter) -> None:
        self._services, self._outcomes = services, outcomes
        self._told: OrderedDict[Shown, None] = OrderedDict()
        self._waiting: asyncio.Queue[tuple[Person, str]] = asyncio.Queue(WAITING_AT_MOST)

    def shown(self, person: Person, change: Change) -> None:
        """Note that a change was written to a page of hers; only calls to her are told."""
        is_to_her = change.audience is not None and change.audience.includes(person)
        mark = (person.id, str(change.cursor))
        if not (change.calls and is_to_her) or mark in self._told:
            return
        self._told[mark] = None
        if len(self._told) > REMEMBERED:
            self._told.popitem(last=False)
        try:
            self._waiting.put_nowait((person, change.cursor.reference))
        except asyncio.QueueFull:
            self._outcomes.labels("not_told").inc()

    async def run(self) -> None:
        """Tell, by a few workers, until cancelled."""
        async with asyncio.TaskGroup() as workers:
            for _ in range(WORKERS):
                workers.create_task(self._work())

    async def _work(self) -> None:
        while True:
            person, reference = await self._waiting.get()
            try:
                await self._tell(person, reference)
            except Exception:
                _log.exception("delivery_not_told")
                self._outcomes.labels("not_told").inc()

    async def _tell(self, person: Person, reference: str) -> None:
        answer = await self._services.call(
            "notifications",
            "POST",
            f"/alerts/{reference}/deliveries",
            person.principal(trace_id(child_traceparent(None))),
            json={"channel": "inbox"},
        )
        self._outcomes.labels("done" if answer.is_done else "not_told").inc()
