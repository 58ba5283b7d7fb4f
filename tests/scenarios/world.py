"""What scenarios happen in: the real service, bus and database, and a time that the test turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from services.chassis import clock
from tests.scenarios.outside import Outside
from tests.support import Published, bell, publish, published, until
from tests.support.servers import Servers, SharedBroker, SharedMongo
from tests.support.stack import Stack
from tests.support.tokens import Tokens
from tests.support.turned import BELL, CLOCK, TRUSTED, put_clock

SERVICE, SECOND = "notifications", "notifications-second"
ANSWERS_WITHIN_S = 20.0


@dataclass
class TurnedStack(Stack):
    """Processes whose clock is turned by a file in their folder."""

    def program(self, service: str) -> tuple[str, ...]:
        """Return the start that lets a test turn the clock."""
        return ("-m", "tests.support.turned", service)


@dataclass
class World:
    """The processes of one service, what is outside of them, and their time.

    `is_held` tells that a provider keeps a message on purpose, so that nothing comes to rest.
    """

    stack: Stack
    outside: Outside
    mongo: SharedMongo
    said: Published
    ahead: timedelta = timedelta(0)
    is_held: bool = False
    _rings: int = 0
    _running: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._tokens = Tokens(self.stack.keys, self.now)

    def now(self) -> datetime:
        """Return the moment that it is in here."""
        return clock.now() + self.ahead

    def start(self, name: str = SERVICE, *, ready: bool = True, **environment: str) -> None:
        """Start a process of the service."""
        bell.forget(self._bell, name)
        answers = {BELL: str(bell.own_file(self._bell, name))}
        self.stack.start("notifications", name=name, ready=ready, **answers, **environment)
        if name not in self._running:
            self._running.append(name)
        if ready:
            self.rest()

    def kill(self, name: str = SERVICE) -> None:
        """End a process as a power cut would."""
        self._running.remove(name)
        self.stack.kill(name)

    def end(self) -> None:
        """End every process."""
        for name in list(self._running):
            self.kill(name)

    def dies(self, name: str = SERVICE) -> None:
        """Wait until a process has ended by itself."""
        until(lambda: self.stack.exit_code(name) is not None, within=ANSWERS_WITHIN_S)
        self.kill(name)

    def turn(self, **time: float) -> None:
        """Let so much time pass at once, and return when all that is due by then has been done."""
        self.rest()
        self.passes(**time)
        self.rest()

    def passes(self, **time: float) -> None:
        """Let so much time pass: minutes=5."""
        self.ahead += timedelta(**time)
        put_clock(self.stack.folder / "clock", self.ahead.total_seconds())

    def rest(self) -> None:
        """Return when every timer has looked once more, and nothing is under way.

        While a provider holds a message, return when every timer has looked.
        """
        self._rings += 1
        bell.ring(self._bell, self._rings)
        until(self._has_answered, within=ANSWERS_WITHIN_S)
        until(self._is_at_rest, within=ANSWERS_WITHIN_S)

    def say(self, exchange: str, key: str, event: Mapping[str, Any], *, wait: bool) -> None:
        """Publish an event and, where that is wanted, wait until a process has heard it."""
        before = self._heard()
        publish(self.stack.broker, exchange, key, event)
        if wait:
            until(lambda: self._heard() > before, within=ANSWERS_WITHIN_S)

    def ask(
        self, method: str, path: str, principal: Mapping[str, Any], **options: Any
    ) -> httpx.Response:
        """Come to a door of the first process that runs with somebody's token."""
        headers = self._tokens.headers(audience="notifications", **principal)
        headers |= options.pop("headers", {})
        url = self.stack.url(self._running[0])
        return httpx.request(method, f"{url}{path}", headers=headers, timeout=20, **options)

    @property
    def urls(self) -> list[str]:
        """Return where each process that runs is."""
        return [self.stack.url(name) for name in self._running]

    @property
    def _bell(self) -> Path:
        return self.stack.folder / "bell"

    def _answers(self) -> list[bell.Told]:
        return [bell.answer(self._bell, name) for name in self._running]

    def _has_answered(self) -> bool:
        return all(told.ring >= self._rings for told in self._answers())

    def _is_at_rest(self) -> bool:
        return self.is_held or not any(told.under_way for told in self._answers())

    def _heard(self) -> int:
        return sum(told.heard for told in self._answers())


@contextmanager
def made(servers: Servers, folder: Path, outside: Outside) -> Iterator[World]:
    """Make a world in which no process runs yet."""
    broker, mongo = SharedBroker(servers), SharedMongo(servers)
    put_clock(folder / "clock", 0)
    bell.ring(folder / "bell", 0)
    told = {CLOCK: str(folder / "clock"), TRUSTED: str(outside.certificate), **outside.settings}
    stack = TurnedStack(broker, mongo, servers.keys, folder, told)
    try:
        with published(broker, "notifications.events") as said:
            yield World(stack, outside, mongo, said)
            stack.end()
    finally:
        stack.end()
        broker.remove()
        mongo.remove()
