"""The edge of docker-compose.yml, run for real before a portal."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import ports, tools
from deploy.local.children import Child
from deploy.local.layout import ROOT
from tests.support import not_run as absence
from tests.support import until
from tests.support.stack import Stack

NOT_HERE = "caddy is not here; type: make setup"
TOKEN = "T" * 40


class Edge:
    """An edge for https://localhost, whose certificate is signed by an authority of its own."""

    def __init__(self, folder: Path, portal_port: int) -> None:
        self.port, self.plain_port = ports.free(2)
        self.origin = f"https://localhost:{self.port}"
        self.folder, self.portal_port = folder, portal_port

    def start(self) -> Child:
        program = tools.found("caddy") or absence.not_run(NOT_HERE)
        told = {
            "PORTAL_ORIGIN": self.origin,
            "EDGE_TO": f"127.0.0.1:{self.portal_port}",
            "EDGE_HTTP_PORT": str(self.plain_port),
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
        }
        command = [str(program), "run", "--adapter", "caddyfile", "--config"]
        return Child(
            "edge",
            [*command, str(ROOT / "deploy/edge/Caddyfile")],
            log=self.folder / "edge.log",
            environment=os.environ | told,
            cwd=self.folder,
        )

    @property
    def log(self) -> str:
        """Return what it has written so far."""
        return (self.folder / "edge.log").read_text()

    def ask(self, path: str, **options: Any) -> httpx.Response:
        trusted = self.folder / "caddy/pki/authorities/local/root.crt"
        context = ssl.create_default_context(cafile=str(trusted))
        return httpx.get(f"{self.origin}{path}", verify=context, timeout=10, **options)


@pytest.fixture(scope="module")
def edge(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """An edge with a portal behind it."""
    (portal_port,) = ports.free(1)
    made = Edge(tmp_path_factory.mktemp("edge"), portal_port)
    stack.start("portal", PORTAL_ORIGIN=made.origin, PORTAL_PORT=str(portal_port), ready=False)
    with ended(made.start()):
        until(lambda: made.ask("/sign-in").status_code == 200, within=45)
        yield made


@contextmanager
def ended(child: Child) -> Iterator[None]:
    """End a process whatever comes."""
    try:
        yield
    finally:
        child.kill()


def test_the_portal_is_shown_by_tls_alone(edge: Edge) -> None:
    answer = edge.ask("/sign-in")
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert all("secure" in one.lower() for one in answer.headers.get_list("set-cookie"))
    plain = httpx.get(f"http://localhost:{edge.plain_port}/sign-in")
    assert plain.status_code == 308
    assert plain.headers["location"].startswith("https://localhost")


def test_the_edge_does_not_write_down_which_links_are_opened(edge: Edge) -> None:
    edge.ask(f"/a/{TOKEN}")
    until(lambda: "serving initial configuration" in edge.log)
    assert TOKEN not in edge.log


def test_it_does_not_even_while_the_portal_is_away(tmp_path: Path) -> None:
    (nobody_there,) = ports.free(1)
    edge = Edge(tmp_path, nobody_there)
    with ended(edge.start()):
        came_from = {"Referer": f"{edge.origin}/a/{TOKEN}"}
        until(lambda: edge.ask(f"/a/{TOKEN}", headers=came_from).status_code == 502, within=45)
        until(lambda: "connection refused" in edge.log)
    assert TOKEN not in edge.log


def test_who_says_that_she_comes_from_elsewhere_is_not_believed(edge: Edge, stack: Stack) -> None:
    limited = [edge.ask("/sign-in", headers={"X-Forwarded-For": f"10.0.0.{n}"}) for n in range(3)]
    assert {one.status_code for one in limited} == {200}
    assert "10.0.0." not in stack.log("portal")
