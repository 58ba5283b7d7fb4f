"""The pages for what went wrong: what happened, what to do, and a number to quote."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from services.chassis.web.problems import Problem
from services.portal.pages.languages import noted as _n
from services.portal.pages.rendering import page

_NOT_NOW = (
    _n("This part cannot be reached just now"),
    _n(
        "Nothing that was accepted is lost. Wait a moment and try again. If it is urgent, use the "
        "telephone."
    ),
)
_OURS = (
    _n("Something went wrong on our side"),
    _n("It is not your fault. Try again. If it happens again, tell operations the number below."),
)
_OTHERWISE = (
    _n("This could not be done"),
    _n("Nothing was changed. Go back, check what you sent and try again."),
)
_FORGED = (
    _n("Please send that again"),
    _n(
        "It did not come from a page of your present session, and nothing was done. Open the page "
        "again and send it from there."
    ),
)
SAID: dict[int, tuple[str, str]] = {
    403: (
        _n("This is not open to you"),
        _n(
            "Your role or your area does not include it. If you need it for your work, ask your "
            "manager."
        ),
    ),
    404: (
        _n("There is nothing here"),
        _n("The address or the reference may be mistyped, or it is not for you to see."),
    ),
    410: (
        _n("This has been erased"),
        _n("The person's details were erased for good, as the rules on keeping records ask."),
    ),
    429: (_n("That was too often"), _n("Wait a moment and try again.")),
    500: _OURS,
    503: _NOT_NOW,
}


def fault_page(request: Request, problem: Problem) -> Response:
    """Return the page for a problem; the number on it leads operations to the cause."""
    title, advice = SAID.get(problem.status, _OTHERWISE)
    if problem.slug == "not-from-our-page":
        title, advice = _FORGED
    status = int(problem.status)
    can_repeat = problem.status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
    return page(
        request, "faults/fault.html", status, title=title, advice=advice, can_repeat=can_repeat
    )
