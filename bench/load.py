"""The client: a process of its own that sends prepared requests and notes when each was answered.

An open loop sends at a given rate whatever comes back, and time runs from the moment at which a
request was to be sent; a closed loop keeps so many connections busy. Requests are octets before the
clock starts, so that a request costs this process less than a tenth of a millisecond.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from selectors import SelectSelector
from time import monotonic
from typing import cast
from urllib.parse import urlsplit

import httptools

from bench.child import Piped
from bench.figures import Sample

OPENED_AT_FIRST = 8
MOST_CONNECTIONS = 64
ANSWERED_WITHIN_S = 30.0
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Shot:
    """What to send: at `rate` a second, or as fast as `connections` can be kept busy."""

    host: str
    port: int
    requests: Sequence[bytes]
    seconds: float
    rate: float | None = None
    connections: int = MOST_CONNECTIONS


def octets(method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    """Return a request as it goes over the line."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
    lines += [f"{name}: {value}" for name, value in headers if name.lower() != "content-length"]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


class Client(Piped):
    """The process, to be given one shot after the other."""

    def __init__(self) -> None:
        super().__init__(_serve)

    def fire(self, shot: Shot) -> list[Sample]:
        """Send everything; return what came back, in the order in which it was to be sent."""
        self._pipe.send(shot)
        told: list[Sample] = self._pipe.recv()
        return told


def _serve(pipe: Connection) -> None:
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            shot = pipe.recv()
            # select() alone waits in microseconds; epoll, which asyncio would use, in milliseconds
            with asyncio.Runner(loop_factory=_loop) as runner:
                pipe.send(runner.run(_Firing(shot).run()))


def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(SelectSelector())


class _Firing:
    """One shot as it goes on."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self._idle: list[_Line] = []
        self._waiting: deque[tuple[int, float]] = deque()
        self._answers: dict[int, Sample] = {}
        self._opening: set[asyncio.Future[None]] = set()
        self._opened = self._sent = self._asked = 0
        self._over = asyncio.Event()
        self._until = 0.0
        self._is_closing = False

    async def run(self) -> list[Sample]:
        is_open = self._shot.rate is not None
        await self._open(OPENED_AT_FIRST if is_open else self._shot.connections)
        self._until = monotonic() + self._shot.seconds
        await (self._at_a_rate(self._shot.rate or 1.0) if is_open else self._as_fast_as_possible())
        with suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), ANSWERED_WITHIN_S)
        self._is_closing = True
        for line in self._idle:
            line.close()
        return [self._answers[number] for number in sorted(self._answers)]

    async def _at_a_rate(self, rate: float) -> None:
        """Give each request its moment; who finds no free line waits, and the wait counts."""
        loop, first = asyncio.get_running_loop(), monotonic() + 0.01
        count = min(round(self._shot.seconds * rate), len(self._shot.requests))
        self._asked = count
        for number in range(count):
            due = first + number / rate
            if due > monotonic():
                turn = loop.create_future()
                loop.call_at(due, turn.set_result, None)
                await turn
            self._ask(number, due)

    async def _as_fast_as_possible(self) -> None:
        self._asked = len(self._shot.requests)
        for _ in list(self._idle):
            self._next()

    def _next(self) -> None:
        """Ask the next, until the time is up or nothing is left."""
        number = self._sent
        if monotonic() < self._until and number < self._asked:
            self._ask(number, monotonic())
        else:
            self._asked = number

    def _ask(self, number: int, due: float) -> None:
        self._sent += 1
        if self._idle:
            self._idle.pop().ask(number, due, self._shot.requests[number])
            return
        self._waiting.append((number, due))
        if self._opened < MOST_CONNECTIONS:
            self._open_one()

    def _open_one(self) -> None:
        opening = asyncio.ensure_future(self._open(1))
        self._opening.add(opening)
        opening.add_done_callback(self._opening.discard)

    async def _open(self, count: int) -> None:
        loop = asyncio.get_running_loop()
        self._opened += count
        for _ in range(count):
            await loop.create_connection(lambda: _Line(self), self._shot.host, self._shot.port)

    def is_free(self, line: _Line) -> None:
        """Have a line that has nothing to do take what waits."""
        if self._waiting:
            number, due = self._waiting.popleft()
            line.ask(number, due, self._shot.requests[number])
        else:
            self._idle.append(line)

    def answered(self, sample: Sample) -> None:
        """Note an answer."""
        self._answers[sample.number] = sample

    def goes_on(self) -> None:
        """Go on after an answer."""
        if self._shot.rate is None:
            self._next()
        if len(self._answers) >= self._asked:
            self._over.set()

    def is_lost(self, line: _Line) -> None:
        """Forget a line that was closed, and open another where one was closed in mid-request."""
        self._opened -= 1
        if line in self._idle:
            self._idle.remove(line)
        elif not self._is_closing:
            self._open_one()


class _Line(asyncio.Protocol):
    """One connection, with one request at a time."""

    def __init__(self, firing: _Firing) -> None:
        self._firing = firing
        self._parser = httptools.HttpResponseParser(self)
        self._asked: tuple[int, float] | None = None
        self._body = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._firing.is_free(self)

    def ask(self, number: int, due: float, request: bytes) -> None:
        """Send a request."""
        self._asked, self._body = (number, due), b""
        self._transport.write(request)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Keep the next part of an answer."""
        self._body += body

    def on_message_complete(self) -> None:
        """Note the answer and be free, unless the server is about to hang up."""
        self._note(self._parser.get_status_code())
        if self._parser.should_keep_alive():
            self._firing.is_free(self)
        else:
            self._transport.close()
        self._firing.goes_on()

    def connection_lost(self, _error: Exception | None) -> None:
        if self._asked is not None:
            self._note(NO_ANSWER)
            self._firing.goes_on()
        self._firing.is_lost(self)

    def _note(self, status: int) -> None:
        if self._asked is not None:
            number, due = self._asked
            self._asked = None
            self._firing.answered(Sample(number, due, monotonic(), status, self._body))
