"""Each way in which the proxy hurts a line, as a plain client sees it."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from time import monotonic

import pytest

from tests.support import until
from tests.support.proxy import Proxy

SOON_S = 0.2
HELLO = b"hello"


class Echo(socketserver.BaseRequestHandler):
    """Says everything again, and remembers it."""

    def handle(self) -> None:
        while octets := self.request.recv(1024):
            self.server.heard.extend(octets)  # type: ignore[attr-defined]  # Server's own
            self.request.sendall(octets)


class Server(socketserver.ThreadingTCPServer):
    """Echoes on a free port."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Echo)
        self.heard = bytearray()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: lines break here on purpose."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.server_address[1]) as made:
        yield made


def dial(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def says(line: socket.socket, octets: bytes = HELLO) -> bytes:
    """Send octets and return what comes back, as long as they are."""
    line.sendall(octets)
    answer = b""
    while len(answer) < len(octets) and (more := line.recv(1024)):
        answer += more
    return answer


def is_silent(line: socket.socket) -> bool:
    line.settimeout(SOON_S)
    line.sendall(HELLO)
    try:
        line.recv(1024)
    except TimeoutError:
        return True
    return False


def test_a_line_that_is_well_carries_both_ways(proxy: Proxy) -> None:
    with dial(proxy) as one, dial(proxy) as other:
        assert says(one, b"x" * 200_000) == b"x" * 200_000
        assert says(other) == HELLO
    assert proxy.opened == 2


def test_refusing_closes_open_lines_and_takes_no_new_ones(proxy: Proxy) -> None:
    with dial(proxy) as line:
        says(line)
        proxy.refuse()
        with pytest.raises(ConnectionResetError):
            line.recv(1)
    with pytest.raises(ConnectionRefusedError):
        dial(proxy)
    proxy.heal()
    with dial(proxy) as line:
        assert says(line) == HELLO


def test_a_reset_is_seen_on_open_lines_and_not_on_new_ones(proxy: Proxy) -> None:
    with dial(proxy) as line:
        says(line)
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            line.recv(1)
    with dial(proxy) as line:
        assert says(line) == HELLO


def test_a_half_open_line_takes_everything_and_says_nothing(proxy: Proxy, server: Server) -> None:
    with dial(proxy) as line:
        says(line)
        proxy.blackhole()
        assert is_silent(line)
        with dial(proxy) as new:
            assert is_silent(new)
        assert server.heard == HELLO
        proxy.heal()
        line.settimeout(5)
        assert line.recv(1) == b""
    with dial(proxy) as line:
        assert says(line) == HELLO


def test_swallowed_replies_leave_what_was_asked_done(proxy: Proxy, server: Server) -> None:
    proxy.swallow_replies()
    with dial(proxy) as line:
        assert is_silent(line)
        until(lambda: server.heard == HELLO)


def test_replies_are_swallowed_once_something_is_asked(proxy: Proxy, server: Server) -> None:
    with dial(proxy) as one, dial(proxy) as other:
        says(one)
        proxy.swallow_replies(HELLO)
        assert says(one, b"other") == b"other"
        assert is_silent(one)
        assert says(other, b"other") == b"other"
    until(lambda: server.heard.endswith(b"other"))


def test_a_slow_line_is_late_and_loses_nothing(proxy: Proxy) -> None:
    with dial(proxy) as line:
        proxy.slow(0.1, 0.05)
        since = monotonic()
        assert says(line) == HELLO
        assert 0.2 <= monotonic() - since < 2
        proxy.heal()
        assert says(line) == HELLO


def test_a_line_is_cut_in_the_middle_of_what_it_carries(proxy: Proxy, server: Server) -> None:
    with dial(proxy) as line:
        says(line)
        proxy.cut_after(len(HELLO) - 2)
        assert says(line) == b""
    until(lambda: server.heard == HELLO + HELLO[:-2])


def test_a_target_that_is_away_closes_the_line(proxy: Proxy, server: Server) -> None:
    server.shutdown()
    server.server_close()
    with dial(proxy) as line:
        assert line.recv(1) == b""


def test_an_address_leads_through_the_proxy_with_all_else_as_it_was() -> None:
    proxy = Proxy.before("amqp://u:p@127.0.0.1:5672/vhost?heartbeat=1")
    assert proxy.target_port == 5672
    through = proxy.uri("amqp://u:p@127.0.0.1:5672/vhost?heartbeat=1")
    assert through == f"amqp://u:p@127.0.0.1:{proxy.port}/vhost?heartbeat=1"
