"""The question that a container asks of its own process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from deploy.local.ports import free
from services.chassis.ready import is_ready, ports
from services.chassis.settings import PORTS


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Answer about readiness with a status; yield the port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health/ready" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_whichever_service_runs_here_is_asked() -> None:
    nobody, *_ = free(1)
    with answering(200) as port:
        assert is_ready([nobody, port])


def test_who_cannot_work_is_not_ready() -> None:
    with answering(503) as port:
        assert not is_ready([port])


def test_where_nobody_answers_nobody_is_ready() -> None:
    assert not is_ready(free(2))


def test_a_port_that_was_set_is_the_one_that_is_asked() -> None:
    assert set(ports({})) == set(PORTS.values())
    assert 9102 in ports({"RISK_PORT": "9102"})
    assert PORTS["risk"] not in ports({"RISK_PORT": "9102"})
