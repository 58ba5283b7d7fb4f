"""The HTTP door of a nameko service: who may, what comes in, what goes out; denied by default."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import Any, TypeVar

from eventlet.event import Event
from marshmallow import Schema, ValidationError
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request as WsgiRequest
from werkzeug.wrappers import Response

from services.chassis.auth import Principal, Role, Unauthenticated, verify
from services.chassis.context import Context, fresh_context, request_receipt
from services.chassis.ids import read_reference
from services.chassis.logs import get_logger
from services.chassis.storage.access_log import Access
from services.chassis.storage.faults import count_fault
from services.chassis.traceparent import TRACEPARENT, following, trace_id
from services.chassis.tracing import Kind
from services.chassis.web.problems import Problem, Refused, invalid
from services.chassis.web.refusals import problem_of
from services.chassis.web.server import Edge, problem_response

KEY_LIMIT = 200
_log = get_logger(__name__)

SchemaClass = type[Schema]
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Request:
    """What a door's method gets: everything parsed, proved and attributed.

    `body` and `query` are what the door's schemas loaded; `path` holds the URL's variables.
    """

    principal: Principal
    context: Context
    at: datetime
    path: Mapping[str, str]
    body: Any = None
    query: Any = None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is not the usual one: another status, headers, or no JSON.

    With a `media_type` the value is text of that kind, such as text/calendar, and is sent as it is.
    """

    value: Any
    status: int = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None


class Door(HttpRequestHandler):  # type: ignore[misc]  # nameko has no types
    """One method and URL of a service.

    Args:
        method, url: as they are asked for; variables in the URL as `<name>`.
        roles: who may come in; nobody else does.
        body, query, answer: marshmallow schema classes; None where there is none, or where the
            method returns an `Answer` of another media type.
        status: of the usual answer.
        reads_case: write down who read which case before answering: that of the answer, of
            `<reference>` in the URL, or of `case` in the query; a list of no one case is no read.
        public: part of the public API, offered by the portal and described in its OpenAPI.
        summary: one sentence for the API's readers.

    """

    server = Edge()

    def __init__(
        self,
        method: str,
        url: str,
        *,
        roles: frozenset[Role] | set[Role],
        body: SchemaClass | None = None,
        query: SchemaClass | None = None,
        answer: SchemaClass | None = None,
        status: int = HTTPStatus.OK,
        reads_case: bool = False,
        public: bool = True,
        summary: str = "",
        **options: Any,
    ) -> None:
        self.roles, self.status, self.reads_case = frozenset(roles), status, reads_case
        self.body, self.query, self.answer = body, query, answer
        self.public, self.summary = public, summary
        self._schemas = {kind: kind() for kind in (body, query, answer) if kind is not None}
        super().__init__(method, url, **options)

    def handle_request(self, request: WsgiRequest) -> Response:
        """Answer a request; a refusal or a failure becomes a problem."""
        since, tracing = monotonic(), self.container.runtime.tracing
        span = tracing.begin(Kind.SERVER, request.headers.get(TRACEPARENT))
        with following(span.traceparent):
            response = self._respond(request, trace_id(span.traceparent))
            self._tell(response.status_code, monotonic() - since)
        status = response.status_code
        span.end(
            f"{self.method} {self.url}",
            has_failed=status >= HTTPStatus.INTERNAL_SERVER_ERROR,
            method=self.method,
            route=self.url,
            status=status,
        )
        return response

    def _respond(self, request: WsgiRequest, trace: str) -> Response:
        try:
            parsed = self._parse(request)
            result = self._work(parsed)
            answer = result if isinstance(result, Answer) else Answer(result, self.status)
            if self.reads_case:
                self._write_down(parsed, answer.value)
            return self._written(answer)
        except Exception as error:
            problem = problem_of(error, getattr(self.container.service_cls, "refusals", {}))
            if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                _log.exception("request_failed", route=self.url)
                count_fault(self.container.runtime.metrics, error)
            return problem_response(problem, trace)

    def _parse(self, request: WsgiRequest) -> Request:
        principal = self._admit(request)
        raw = request.get_data()
        return Request(
            principal=principal,
            context=self._context(request, principal, raw),
            at=self.container.runtime.now(),
            path=_tidied(request.environ["path_values"]),
            body=self._loaded(self.body, _json(raw)) if self.body else None,
            query=self._loaded(self.query, request.args.to_dict()) if self.query else None,
            idempotency_key=_key(request),
        )

    def _loaded(self, schema: SchemaClass, value: Any) -> Any:
        try:
            return self._schemas[schema].load(value)
        except ValidationError as error:
            raise Refused(invalid(error.messages)) from None

    def _admit(self, request: WsgiRequest) -> Principal:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or not token:
            raise Unauthenticated("an internal token is needed: ask through the portal")
        runtime = self.container.runtime
        key = self.container.token_key
        principal = verify(token, audience=runtime.service, key=key, now=runtime.now())
        if principal.role not in self.roles:
            detail = f"This is not for the role {principal.role}."
            raise Refused(Problem(HTTPStatus.FORBIDDEN, "forbidden", detail))
        return principal

    def _context(self, request: WsgiRequest, principal: Principal, raw: bytes) -> Context:
        context = fresh_context(principal)
        key = _key(request)
        if key is None or self.method == "GET":
            return context
        receipt = request_receipt(principal, key, self.url.encode() + raw)
        return Context(context.correlation_id, context.traceparent, None, receipt, principal)

    def _work(self, request: Request) -> Any:
        """Run the method in a worker, within the places that are not kept for events."""
        done, trace = Event(), {TRACEPARENT: request.context.traceparent}
        with self.container.http_places:
            self.container.spawn_worker(
                self, (request,), {}, trace, handle_result=partial(self.handle_result, done)
            )
            return done.wait()

    def _write_down(self, request: Request, read: Any) -> None:
        """Write a read down under its case: of an alert too, which has a reference of its own."""
        case = _case_of(read) or request.path.get("reference") or _case_of(request.query, "case")
        if case is None:
            return
        self.container.access_log.record(
            Access(
                case=case,
                who=request.principal.id,
                role=request.principal.role,
                action=self.method_name,
                at=request.at,
                trace=request.context.trace_id,
            )
        )

    def _written(self, answer: Answer) -> Response:
        status, headers = int(answer.status), dict(answer.headers)
        if answer.media_type is not None:
            return Response(answer.value, status, headers, mimetype=answer.media_type)
        if self.answer is None:
            return Response("", int(HTTPStatus.NO_CONTENT), headers)
        body = json.dumps(self._schemas[self.answer].dump(answer.value))
        return Response(body, status, headers, mimetype="application/json")

    def _tell(self, status: int, seconds: float) -> None:
        metrics = self.container.runtime.metrics
        metrics.http_seconds.labels(self.method, self.url, f"{status // 100}xx").observe(seconds)
        _log.info(
            "request",
            route=self.url,
            method=self.method,
            status=status,
            ms=round(seconds * 1000, 1),
        )


def door(method: str, url: str, **options: Any) -> Callable[[Method], Method]:
    """Make a method of a service an HTTP door; `options` are those of `Door`, `roles` a must."""
    decorate: Callable[[Method], Method] = Door.decorator(method, url, **options)
    return decorate


def _tidied(path: Mapping[str, str]) -> Mapping[str, str]:
    """Return a URL's variables, a reference in its one spelling: reads are listed under it."""
    if "reference" not in path:
        return path
    return {**path, "reference": read_reference(path["reference"])}


def _case_of(read: Any, name: str = "case_reference") -> str | None:
    """Return the case that an answer or a query names, be it an object or a mapping."""
    return read.get(name) if isinstance(read, Mapping) else getattr(read, name, None)


def _json(raw: bytes) -> Any:
    try:
        told = json.loads(raw or b"{}")
        json.dumps(told, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        detail = "The body is not JSON in UTF-8."
        raise Refused(Problem(HTTPStatus.BAD_REQUEST, "not-json", detail)) from None
    return told


def _key(request: WsgiRequest) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= KEY_LIMIT:
        detail = f"An Idempotency-Key has 1 to {KEY_LIMIT} characters."
        raise Refused(Problem(HTTPStatus.BAD_REQUEST, "bad-idempotency-key", detail))
    return key
