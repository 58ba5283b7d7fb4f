"""The HTTP server of a nameko process: bounded, patient with nobody, and it answers for itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from logging import getLogger
from typing import Any

from eventlet import wsgi
from nameko.web.server import BindAddress, HttpOnlyProtocol, WebServer
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from services.chassis.logs import get_logger
from services.chassis.traceparent import child_traceparent, trace_id
from services.chassis.web.problems import MEDIA_TYPE, Problem

BODY_LIMIT = 256 * 1024
SOCKET_TIMEOUT_S = 30
_log = get_logger(__name__)

Start = Callable[..., Any]


def problem_response(problem: Problem, trace: str) -> Response:
    """Return a problem as a response."""
    response = Response(json.dumps(problem.body(trace)), int(problem.status), mimetype=MEDIA_TYPE)
    response.headers.update(problem.headers)
    return response


class Edge(WebServer):  # type: ignore[misc]  # nameko has no types
    """nameko's web server with limits, health and metrics; each role of a service has one."""

    @property
    def bind_addr(self) -> BindAddress:
        """Return where this process listens."""
        settings = self.container.runtime.settings
        return BindAddress(settings.http_host, settings.http_port)

    def get_wsgi_app(self) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
        """Return what answers: own pages first, then the doors."""
        return _App(self)

    def get_wsgi_server(
        self, sock: Any, wsgi_app: Any, protocol: Any = HttpOnlyProtocol, debug: bool = False
    ) -> Any:
        """Return eventlet's server with a time limit on idle and slow connections."""
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=protocol,
            debug=debug,
            log=getLogger("eventlet.wsgi"),
            log_output=False,
            socket_timeout=SOCKET_TIMEOUT_S,
        )

    def process_request(self, sock: Any, address: Any) -> None:
        """Serve a connection; however it ends, it never ends the process."""
        try:
            super().process_request(sock, address)
        except Exception as error:
            _log.info("connection_broken", kind=type(error).__name__)


class _App:
    """The WSGI application of a process."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.url_map = edge.make_url_map()
        self.own = {
            "/health/live": self.live,
            "/health/ready": self.ready,
            "/metrics": self.metrics,
        }

    def __call__(self, environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        return self.answer(environ)(environ, start_response)

    def answer(self, environ: dict[str, Any]) -> Response:
        own = self.own.get(environ["PATH_INFO"])
        if own is not None:
            return own()
        refused = _refuse_body(environ)
        return _told(refused, environ) if refused else self.through_a_door(environ)

    def through_a_door(self, environ: dict[str, Any]) -> Response:
        try:
            door, environ["path_values"] = self.url_map.bind_to_environ(environ).match()
        except HTTPException as error:
            status = HTTPStatus(error.code or HTTPStatus.NOT_FOUND)
            slug = status.phrase.lower().replace(" ", "-")
            return _told(Problem(status, slug, "Nothing answers this method and URL."), environ)
        response: Response = door.handle_request(Request(environ))
        return response

    def live(self) -> Response:
        return Response('{"status": "alive"}', mimetype="application/json")

    def ready(self) -> Response:
        checks = self.edge.container.health.checks()
        status = HTTPStatus.OK if all(checks.values()) else HTTPStatus.SERVICE_UNAVAILABLE
        body = {"status": "ready" if all(checks.values()) else "not ready", "checks": checks}
        return Response(json.dumps(body), int(status), mimetype="application/json")

    def metrics(self) -> Response:
        registry = self.edge.container.runtime.metrics.registry
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _refuse_body(environ: dict[str, Any]) -> Problem | None:
    """A body must tell its length, and be no longer than a referral can be."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return Problem(HTTPStatus.LENGTH_REQUIRED, "length-required", "Send a Content-Length.")
    if int(environ.get("CONTENT_LENGTH") or 0) > BODY_LIMIT:
        detail = f"A body may have {BODY_LIMIT // 1024} KiB at the most."
        return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", detail)
    return None


def _told(problem: Problem, environ: dict[str, Any]) -> Response:
    """Return a problem that no door was asked about; it has a trace all the same."""
    return problem_response(problem, trace_id(child_traceparent(environ.get("HTTP_TRACEPARENT"))))
