"""How a refusal or a failure is answered: a problem (RFC 9457) on the API, a page elsewhere."""

from __future__ import annotations

import json
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.chassis.traceparent import trace_id
from services.chassis.web.problems import MEDIA_TYPE, Problem, Refused

API = "/api/"
UNAVAILABLE = Problem(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable",
    "A part of the platform does not answer just now. What was accepted is kept; "
    "send the same again in a moment.",
    headers={"Retry-After": "5"},
)
INTERNAL = Problem(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "internal-error",
    "Something went wrong here, not with what you sent. Quote the trace if you ask us.",
)
_SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method.",
    HTTPStatus.FORBIDDEN: "This is not for your role.",
}


def trace_of(request: Request) -> str:
    """Return the trace id of a request."""
    return trace_id(getattr(request.state, "traceparent", None))


def is_api(request: Request) -> bool:
    """Is this asked of the API, whose answers are for programs?"""
    return request.url.path.startswith(API)


def answer(request: Request, problem: Problem) -> Response:
    """Return the response for a problem in the form that the one who asked can read."""
    if is_api(request):
        return problem_response(problem, trace_of(request))
    page: Response = request.app.state.fault_page(request, problem)
    page.headers.update(problem.headers)
    return page


def problem_response(problem: Problem, trace: str) -> Response:
    """Return a problem as JSON."""
    body = json.dumps(problem.body(trace), ensure_ascii=False)
    return Response(body, int(problem.status), dict(problem.headers), MEDIA_TYPE)


def plain_page(request: Request, problem: Problem) -> Response:
    """Return a problem as plain text, where no page can be made."""
    return Response(
        f"{problem.detail}\n{trace_of(request)}\n", problem.status, media_type="text/plain"
    )


async def on_refused(request: Request, error: Exception) -> Response:
    """Answer a refusal raised anywhere behind the doors."""
    return answer(request, error.problem if isinstance(error, Refused) else INTERNAL)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """Answer what the framework refuses: an unknown path, a wrong method."""
    if not isinstance(error, HTTPException):
        return answer(request, INTERNAL)
    status = HTTPStatus(error.status_code)
    slug = status.phrase.lower().replace(" ", "-")
    detail = _SENTENCES.get(status, f"{status.phrase}.")
    return answer(request, Problem(status, slug, detail, headers=dict(error.headers or {})))
