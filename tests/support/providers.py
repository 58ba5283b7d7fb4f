"""Fake providers over HTTP on this machine: each path answers as it is told, and all is kept.

with Providers() as providers:
    providers.fail("/sms", times=2)
    ...
    assert len(providers.received_at("/sms")) == 3
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

HOST = "127.0.0.1"
DRIP_EVERY_S = 0.02
END_WITHIN_S = 10


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came; `path` is without its query."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return the body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back."""

    status: int = HTTPStatus.OK
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


Manner = Callable[["_Handler"], None]


class Providers:
    """A server whose paths answer well unless they are told otherwise.

    What a path is told holds for requests that come afterwards. `received` has everything, in the
    order in which it came, whatever was answered. With `tls` it speaks HTTPS.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._manners: dict[str, Manner] = {}
        self._released = threading.Event()
        self._lock = threading.Lock()
        self.received: list[Received] = []
        handler = type("_Own", (_Handler,), {"providers": self})
        self._server = _Server((HOST, 0), handler)
        self._scheme = "http" if tls is None else "https"
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(poll_interval=0.01), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(END_WITHIN_S)

    @property
    def port(self) -> int:
        """Return where it listens."""
        return self._server.server_address[1]

    @property
    def netloc(self) -> str:
        """Return host and port."""
        return f"{HOST}:{self.port}"

    def url(self, path: str = "") -> str:
        """Return the address of a path."""
        return f"{self._scheme}://{self.netloc}{path}"

    def received_at(self, path: str) -> list[Received]:
        """Return what came to one path."""
        return [each for each in list(self.received) if each.path == path]

    def clear(self) -> None:
        """Forget what came, and let every path answer well."""
        self.received.clear()
        self._manners.clear()

    def ok(self, path: str, status: int = HTTPStatus.OK, body: Any = None) -> None:
        """Answer well."""
        self._manners[path] = _answering(Answer(status, {} if body is None else body))

    def refuse(self, path: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        """Refuse every request."""
        self._manners[path] = _answering(Answer(status, {"errors": [{"message": "no"}]}))

    def redirect(self, path: str, to: str) -> None:
        """Send every request elsewhere."""
        self._manners[path] = _answering(
            Answer(HTTPStatus.TEMPORARY_REDIRECT, {}, {"Location": to})
        )

    def fail(self, path: str, times: int, status: int = HTTPStatus.SERVICE_UNAVAILABLE) -> None:
        """Have trouble so many times, then answer well."""
        left = [Answer(status)] * times

        def manner(handler: _Handler) -> None:
            with self._lock:
                answer = left.pop() if left else Answer()
            handler.answer(answer)

        self._manners[path] = manner

    def slow(self, path: str) -> None:
        """Hold every request until `release`, then answer well."""
        released = self._released = threading.Event()

        def manner(handler: _Handler) -> None:
            released.wait()
            handler.answer(Answer())

        self._manners[path] = manner

    def drip(self, path: str) -> None:
        """Begin an answer that does not end before `release`, of which something always comes."""
        released = self._released = threading.Event()

        def manner(handler: _Handler) -> None:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            while not released.wait(DRIP_EVERY_S):
                handler.wfile.write(b".")

        self._manners[path] = manner

    def hang_up(self, path: str) -> None:
        """Close the line without an answer."""
        self._manners[path] = _say_nothing

    def release(self) -> None:
        """Let go what is slow, from now on."""
        self._released.set()

    def take(self, request: Received) -> Manner:
        """Keep a request; return how it is answered."""
        with self._lock:
            self.received.append(request)
        return self._manners.get(request.path, _answering(Answer()))


def _answering(answer: Answer) -> Manner:
    return lambda handler: handler.answer(answer)


def _say_nothing(handler: _Handler) -> None:
    handler.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that have gone away."""


class _Handler(BaseHTTPRequestHandler):
    providers: Providers

    def do_POST(self) -> None:
        self._take()

    def do_GET(self) -> None:
        self._take()

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Received(self.command, parts.path, parts.query, headers, body)
        self.providers.take(request)(self)
        self.close_connection = True

    def answer(self, answer: Answer) -> None:
        """Write an answer."""
        octets = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
