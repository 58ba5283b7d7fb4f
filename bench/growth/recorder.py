"""A line to the database on which every command is noted: what it was, and how long it took."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from struct import Struct
from time import monotonic
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import bson

from deploy.local.ports import HOST

HEADER = Struct("<iiii")
OP_MSG, FLAGS, KIND = 2013, 4, 1
CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Command:
    """One command, its database, how long it took, and how many documents came at once."""

    database: str
    told: Mapping[str, Any]
    ms: float
    found: int


class Recorder:
    """Listens in front of a database at a URI, in a thread of its own."""

    def __init__(self, uri: str) -> None:
        self.commands: list[Command] = []
        self._uri, self._port = uri, Future[int]()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    @property
    def uri(self) -> str:
        """Return where the database is for whoever is to be recorded."""
        parts = urlsplit(self._uri)
        before = "".join(parts.netloc.rpartition("@")[:2])
        return urlunsplit(parts._replace(netloc=f"{before}{HOST}:{self._port.result()}"))

    def __enter__(self) -> Self:
        """Listen until the end of the block."""
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        """Listen no more."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._take, HOST, 0))
        self._port.set_result(server.sockets[0].getsockname()[1])
        self._loop.run_forever()
        server.close()

    async def _take(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        port = urlsplit(self._uri).port or 27017
        far, ask = await asyncio.open_connection(HOST, port)
        waiting: dict[int, tuple[float, Mapping[str, Any]]] = {}
        with suppress(OSError, asyncio.IncompleteReadError):
            await asyncio.gather(
                self._asked(near, ask, waiting), self._answered(far, answer, waiting)
            )
        ask.close()
        answer.close()

    async def _asked(
        self, near: asyncio.StreamReader, ask: asyncio.StreamWriter, waiting: dict[int, Any]
    ) -> None:
        while True:
            head, body = await _message(near)
            ask.write(head + body)
            _, number, _, kind = HEADER.unpack(head)
            if kind == OP_MSG:
                waiting[number] = (monotonic(), read(body))

    async def _answered(
        self, far: asyncio.StreamReader, answer: asyncio.StreamWriter, waiting: dict[int, Any]
    ) -> None:
        while True:
            head, body = await _message(far)
            answer.write(head + body)
            _, _, number, kind = HEADER.unpack(head)
            since, told = waiting.pop(number, (0.0, None))
            if told is not None and kind == OP_MSG:
                self._note(told, (monotonic() - since) * 1000, read(body))

    def _note(self, told: Mapping[str, Any], ms: float, answer: Mapping[str, Any]) -> None:
        found = len(answer.get("cursor", {}).get("firstBatch", ()))
        self.commands.append(Command(str(told.get("$db", "")), told, ms, found))


def read(body: bytes) -> dict[str, Any]:
    """Return the command of a message's body, with the documents that follow it in their places."""
    told: dict[str, Any] = {}
    at = FLAGS
    while at < len(body):
        kind, length = body[at], int.from_bytes(body[at + KIND : at + KIND + 4], "little")
        section = body[at + KIND : at + KIND + length]
        if kind == 0:
            told = bson.decode(section) | told
        else:
            name, _, documents = section[4:].partition(b"\0")
            told[name.decode()] = bson.decode_all(documents)
        at += KIND + length
    return _command_first(told)


def _command_first(told: dict[str, Any]) -> dict[str, Any]:
    """Return it with what follows a command behind it, wherever it came in the message."""
    lists = {name: told[name] for name in ("documents", "updates", "deletes") if name in told}
    return {name: value for name, value in told.items() if name not in lists} | lists


async def _message(stream: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await stream.readexactly(HEADER.size)
    return head, await stream.readexactly(HEADER.unpack(head)[0] - HEADER.size)
