"""A TCP proxy that hurts: a line that is cut, reset, slow, half-open, or loses its answers.

It runs in a thread of its own, so that tests may wait while it works. What it does to a line, it
does to open and to new ones, until `heal`.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from deploy.local import ports

CHUNK = 64 * 1024
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: on, zero seconds. Closing sends RST instead of FIN."""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a line is treated at the moment; `loses` tells whether octets vanish on the way.

    Answers that do not pass are lost from a request on that has the octets `deaf_once_asked`.
    """

    requests_pass: bool = True
    answers_pass: bool = True
    deaf_once_asked: bytes = b""
    latency_s: float = 0.0
    jitter_s: float = 0.0
    octets: int | None = None

    @property
    def loses(self) -> bool:
        return not (self.requests_pass and self.answers_pass)

    def delay(self) -> float:
        """Return how long the next octets wait."""
        return self.latency_s + random.uniform(0, self.jitter_s)


class _Line:
    """A client's connection with its counterpart to the target."""

    def __init__(self, client: asyncio.StreamWriter, target: asyncio.StreamWriter) -> None:
        self.client, self.target = client, target
        self.passed = 0
        self.has_lost = False
        self.is_deaf = False
        self.ended = asyncio.Event()

    def begin(self, manner: _Manner) -> None:
        """Be treated in another manner from now on."""
        self.passed, self.is_deaf = 0, not manner.deaf_once_asked

    async def pass_on(self, octets: bytes, to: asyncio.StreamWriter, manner: _Manner) -> bool:
        """Pass octets on, or lose them; return whether the line goes on."""
        await _pass(manner.delay())
        if not self._passes(octets, to, manner):
            self.has_lost = True
            return True
        room = len(octets) if manner.octets is None else max(manner.octets - self.passed, 0)
        to.write(octets[:room])
        self.passed += min(room, len(octets))
        await to.drain()
        return manner.octets is None or self.passed < manner.octets

    def _passes(self, octets: bytes, to: asyncio.StreamWriter, manner: _Manner) -> bool:
        if to is self.target:
            self.is_deaf = self.is_deaf or manner.deaf_once_asked in octets
            return manner.requests_pass
        return manner.answers_pass or not self.is_deaf

    def close(self) -> None:
        """End both connections in order (FIN)."""
        self.client.close()
        self.target.close()

    def reset(self) -> None:
        """End both connections with RST."""
        for writer in (self.client, self.target):
            end = writer.get_extra_info("socket")
            if end.fileno() >= 0:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()


class Proxy:
    """Stands before a server on this machine; `port` is where its clients go instead."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        (self.port,) = ports.free(1)
        self.opened = 0
        """How many connections it has taken so far."""
        self._manner = _Manner()
        self._lines: set[_Line] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    @classmethod
    def before(cls, uri: str) -> Self:
        """Return a proxy before the server that a URI names."""
        return cls(urlsplit(uri).port or 0)

    def uri(self, direct: str) -> str:
        """Return a URI of the target that leads through this proxy."""
        parts = urlsplit(direct)
        credentials, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{credentials}{at}127.0.0.1:{self.port}"))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Take connections."""
        self._thread.start()
        self._do(self._listen())

    def stop(self) -> None:
        """Close everything; nothing can be done with it afterwards."""
        self._do(self._refuse())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def heal(self) -> None:
        """Have all well again; lines that have lost something are closed."""
        self._do(self._heal())

    def refuse(self) -> None:
        """Close all lines, and take no more: nobody listens here."""
        self._do(self._refuse())

    def reset(self) -> None:
        """Send RST on all open lines, once."""
        self._do(self._reset())

    def blackhole(self) -> None:
        """Read everything and pass nothing on: half-open lines, that look alive."""
        self._treat(_Manner(requests_pass=False, answers_pass=False))

    def swallow_replies(self, asked: bytes = b"") -> None:
        """Pass requests on and lose the answers: what was asked is done, and nobody is told.

        With octets, a line loses answers only from a request on that has them.
        """
        self._treat(_Manner(answers_pass=False, deaf_once_asked=asked))

    def slow(self, latency_s: float, jitter_s: float = 0.0) -> None:
        """Hold everything back by so many seconds, and at random up to `jitter_s` more."""
        self._treat(_Manner(latency_s=latency_s, jitter_s=jitter_s))

    def cut_after(self, octets: int) -> None:
        """Cut each line after so many octets from now on, both ways together, wherever that is."""
        self._treat(_Manner(octets=octets))

    def _treat(self, manner: _Manner) -> None:
        self._do(self._set(manner))

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(timeout=10)

    async def _set(self, manner: _Manner) -> None:
        self._manner = manner
        for line in self._lines:
            line.begin(manner)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)

    async def _heal(self) -> None:
        await self._set(_Manner())
        for line in [line for line in self._lines if line.has_lost]:
            line.close()
        await self._listen()

    async def _reset(self) -> None:
        for line in list(self._lines):
            line.reset()

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        lines = list(self._lines)
        await self._reset()
        for line in lines:
            await line.ended.wait()

    async def _take(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        self.opened += 1
        try:
            answers, target = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            client.close()
            return
        line = _Line(client, target)
        line.begin(self._manner)
        if self._server is None:
            line.reset()
        self._lines.add(line)
        ways = (self._pump(line, reader, target), self._pump(line, answers, client))
        await asyncio.gather(*ways)
        self._lines.discard(line)
        line.ended.set()

    async def _pump(
        self, line: _Line, reader: asyncio.StreamReader, to: asyncio.StreamWriter
    ) -> None:
        """Carry one way until either side or we end the line."""
        try:
            while octets := await reader.read(CHUNK):
                if not await line.pass_on(octets, to, self._manner):
                    break
        except OSError:
            pass
        finally:
            line.close()


async def _pass(seconds: float) -> None:
    """Let time pass: what a slow line does, and no test."""
    if seconds > 0:
        later = asyncio.Event()
        asyncio.get_running_loop().call_later(seconds, later.set)
        await later.wait()
