"""What pages ask of the four services, in the name of the one who is signed in."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.requests import Request

from services.chassis.web.problems import Problem, Refused
from services.portal.faults import INTERNAL, trace_of

JSON = dict[str, Any]


async def ask(request: Request, service: str, method: str, path: str, **options: Any) -> Any:
    """Ask a service and return its answer, whatever its status."""
    principal = request.state.person.principal(trace_of(request))
    return await request.app.state.services.call(service, method, path, principal, **options)


async def fetch(request: Request, service: str, path: str, **params: Any) -> JSON:
    """Return what a service has at a path; parameters that are None are not sent.

    Raises:
        Refused: the service answered otherwise; its status becomes the page's.

    """
    given = {name: value for name, value in params.items() if value is not None}
    answer = await ask(request, service, "GET", path, params=given)
    refuse_unless_done(answer)
    return dict(answer.body)


async def fetch_if_there(request: Request, service: str, path: str, **params: Any) -> JSON | None:
    """Return what a service has at a path, None where it cannot be had just now.

    A page whose main part is there is shown, and says which other part is missing.
    """
    answer = await ask(request, service, "GET", path, params=params)
    return dict(answer.body) if answer.status == HTTPStatus.OK else None


def refuse_unless_done(answer: Any) -> None:
    """Turn an answer that is no success into a refusal with the same status.

    Raises:
        Refused: unless the service did what was asked.

    """
    if answer.status < HTTPStatus.BAD_REQUEST:
        return
    raise Refused(problem_of(answer))


def problem_of(answer: Any) -> Problem:
    """Return the problem that a service's answer tells; without one, the failure is ours."""
    slug = str(answer.body.get("type", "")).rpartition("/")[2]
    if not slug:
        return INTERNAL
    return Problem(HTTPStatus(answer.status), slug, str(answer.body.get("detail", "")))
