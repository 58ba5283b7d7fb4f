"""A proxy that counts what a system asks of the database: one request is one round trip.

It runs in a process of its own and hands octets on as they come; of each message it looks at the
sixteen octets of the header and the name of the command, which is the first key of the body.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from struct import Struct
from typing import cast
from urllib.parse import urlsplit, urlunsplit

from bench.child import Piped
from deploy.local.ports import HOST

HEADER = Struct("<iiii")
OP_QUERY, OP_MSG, OP_COMPRESSED = 2004, 2013, 2012
FLAGS, KIND, LENGTH, TYPE = 4, 1, 4, 1
NAME_WITHIN = 80
NO_WORK = frozenset({"hello", "isMaster", "ismaster", "ping", "buildInfo"})
"""What drivers ask for themselves, to see whether the server is there."""


class Requests:
    """Cuts one direction of a connection into messages and yields their commands."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._skip = 0

    def feed(self, octets: bytes) -> Iterator[str]:
        """Take the next octets; yield the name of each command that begins in them."""
        skipped = min(self._skip, len(octets))
        self._skip -= skipped
        self._rest += octets[skipped:]
        while len(self._rest) >= HEADER.size:
            length, _, _, kind = HEADER.unpack_from(self._rest)
            if len(self._rest) < min(length, HEADER.size + NAME_WITHIN):
                return
            yield command(kind, bytes(self._rest[HEADER.size : HEADER.size + NAME_WITHIN]))
            self._skip = max(length - len(self._rest), 0)
            del self._rest[:length]


def command(kind: int, body: bytes) -> str:
    """Return the name of the command with which the body of a message begins."""
    if kind == OP_QUERY:
        return "hello"  # all that drivers of today still ask in this form
    if kind != OP_MSG or body[FLAGS : FLAGS + KIND] != b"\0":
        return f"op {kind}"
    name = body[FLAGS + KIND + LENGTH + TYPE :]
    return name.partition(b"\0")[0].decode("ascii", "replace")


def work(counts: Mapping[str, int]) -> int:
    """Return how many requests were more than a driver's own."""
    return sum(count for name, count in counts.items() if name not in NO_WORK)


class Proxy(Piped):
    """The counting process between a system and the database at a URI."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        super().__init__(_serve, urlsplit(uri).port or 0)
        self.port: int = self._pipe.recv()

    @property
    def uri(self) -> str:
        """Return where the database is for whoever is to be counted."""
        parts = urlsplit(self._uri)
        before = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{before[0]}{before[1]}{HOST}:{self.port}"))

    def counts(self) -> Counter[str]:
        """Return how often each command has been asked so far."""
        self._pipe.send(None)
        told: Counter[str] = self._pipe.recv()
        return told


def _serve(pipe: Connection, target: int) -> None:
    with suppress(EOFError, KeyboardInterrupt):
        asyncio.run(_Server(pipe, target).run())


class _Server:
    def __init__(self, pipe: Connection, target: int) -> None:
        self._pipe, self._target = pipe, target
        self.counted: Counter[str] = Counter()

    async def run(self) -> None:
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Near(self), HOST, 0)
        loop.add_reader(self._pipe.fileno(), self._answer, over)
        self._pipe.send(server.sockets[0].getsockname()[1])
        await over.wait()

    async def reach(self, near: _Near) -> _Far:
        loop = asyncio.get_running_loop()
        _, far = await loop.create_connection(lambda: _Far(near), HOST, self._target)
        return far

    def _answer(self, over: asyncio.Event) -> None:
        try:
            self._pipe.recv()
            self._pipe.send(self.counted)
        except (EOFError, OSError):
            over.set()


class _Side(asyncio.Protocol):
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)


class _Near(_Side):
    """The side of the system that is counted."""

    def __init__(self, server: _Server) -> None:
        self._server, self._requests = server, Requests()
        self._far: _Far | None = None
        self._waiting: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._reaching = asyncio.ensure_future(self._reach())

    def data_received(self, data: bytes) -> None:
        self._server.counted.update(self._requests.feed(data))
        if self._far is None:
            self._waiting.append(data)
        else:
            self._far.transport.write(data)

    def connection_lost(self, _error: Exception | None) -> None:
        self._reaching.cancel()
        if self._far is not None:
            self._far.transport.close()

    async def _reach(self) -> None:
        try:
            self._far = await self._server.reach(self)
        except OSError:
            self.transport.close()
        else:
            self._far.transport.writelines(self._waiting)
            self._waiting.clear()


class _Far(_Side):
    """The side of the database."""

    def __init__(self, near: _Near) -> None:
        self._near = near

    def data_received(self, data: bytes) -> None:
        self._near.transport.write(data)

    def connection_lost(self, _error: Exception | None) -> None:
        self._near.transport.close()
