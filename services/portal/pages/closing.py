"""Closing a case: what became of each aim of the work."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.ids import new_id
from services.portal.pages.forms import Field, Form, Kind
from services.portal.pages.gateway import ask, fetch, problem_of, refuse_unless_done
from services.portal.pages.kept import KEPT_ON_PAGE
from services.portal.pages.navigation import STAFF
from services.portal.pages.rendering import page
from services.portal.pages.work_labels import AIM_RESULT, CASE_OUTCOME
from services.portal.security import signed_in

FIELDS: dict[str, Field] = {
    f"outcomes.{aim}": Field(label, Kind.CHOICE, "", tuple(AIM_RESULT), "aim_result", needed=True)
    for aim, label in CASE_OUTCOME.items()
}


def routes() -> list[BaseRoute]:
    """Return the doors of this page."""
    return [
        Route("/cases/{reference}/closure", closure_form),
        Route("/cases/{reference}/closure", close_case, methods=["POST"]),
    ]


@signed_in(*STAFF)
async def closure_form(request: Request) -> Response:
    """Ask what became of each aim."""
    await fetch(request, "sessions", f"/cases/{request.path_params['reference']}")
    return _page(request, Form(FIELDS), new_id())


@signed_in(*STAFF)
async def close_case(request: Request) -> Response:
    """Close the case."""
    reference, typed = request.path_params["reference"], await request.form()
    key = str(typed.get("idempotency_key", "")) or new_id()
    form = Form(FIELDS, ImmutableMultiDict(typed.multi_items()))
    outcomes = {"outcomes": form.document().get("outcomes", {})}
    path = f"/cases/{reference}/closure"
    answer = await ask(request, "sessions", "POST", path, json=outcomes, idempotency_key=key)
    if answer.status in KEPT_ON_PAGE:
        return _page(request, form.with_faults(answer.body), key, answer)
    refuse_unless_done(answer)
    return RedirectResponse(f"/cases/{reference}", 303)


def _page(request: Request, form: Form, key: str, answer: Any = None) -> Response:
    return page(
        request,
        "practitioner/close.html",
        answer.status if answer else HTTPStatus.OK,
        form=form,
        reference=request.path_params["reference"],
        problem=problem_of(answer) if answer and not form.faults else None,
        idempotency_key=key,
    )
