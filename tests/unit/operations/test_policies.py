"""Policies as the management plugin tells them, or does not."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from environs import Env

from services.operations.bus import parameters
from services.operations.doctor.findings import Mark, NotPermitted
from services.operations.doctor.policies import look, queues
from services.operations.refusals import CannotReach

AT = parameters("amqp://eve:secret@127.0.0.1:5672/case%2Fwork")


@dataclass
class Plugin:
    """What stands in for the management plugin: one answer, and what it was asked."""

    status: int = 200
    body: bytes = b"[]"
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def plugin() -> Iterator[Plugin]:
    """A server on this machine that answers everything alike."""
    made = Plugin()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, self.headers.get("Authorization", "")))
            self.send_response(made.status)
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *_: Any) -> None:
            """Keep still."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    made.url = f"http://127.0.0.1:{server.server_port}/"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def test_it_asks_as_the_user_of_the_bus_for_our_virtual_host_only(plugin: Plugin) -> None:
    plugin.body = json.dumps([{"name": "risk.dead-letters"}]).encode()
    assert queues(plugin.url, AT) == [{"name": "risk.dead-letters"}]
    credentials = b64encode(b"eve:secret").decode()
    assert plugin.asked == [("/api/queues/case%2Fwork", f"Basic {credentials}")]


@pytest.mark.parametrize("status", [401, 403])
def test_a_user_without_the_tag_is_not_permitted(status: int, plugin: Plugin) -> None:
    plugin.status = status
    with pytest.raises(NotPermitted):
        queues(plugin.url, AT)


@pytest.mark.parametrize(("status", "body"), [(500, b"[]"), (404, b"[]"), (200, b"<html>")])
def test_what_is_no_answer_of_the_plugin_is_told_without_the_password(
    status: int, body: bytes, plugin: Plugin
) -> None:
    plugin.status, plugin.body = status, body
    with pytest.raises(CannotReach) as refused:
        queues(plugin.url, AT)
    assert "secret" not in refused.value.message


def test_without_its_address_it_is_told_that_policies_cannot_be_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OUTREACH_MANAGEMENT_URL", raising=False)
    (told,) = look(Env())
    assert told.mark is Mark.NOT_TOLD
