"""Recording an outreach session, on a telephone or at a desk."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.clock import now
from services.chassis.ids import new_id
from services.contracts.dash import DASH_24, ITEMS
from services.portal.pages.forms import Form
from services.portal.pages.gateway import (
    JSON,
    ask,
    fetch,
    fetch_if_there,
    problem_of,
    refuse_unless_done,
)
from services.portal.pages.kept import KEPT_ON_PAGE
from services.portal.pages.navigation import STAFF
from services.portal.pages.reader import reader_of
from services.portal.pages.rendering import page
from services.portal.pages.session_form import FIELDS, session_form, session_of, tells_of_risk
from services.portal.security import signed_in


def routes() -> list[BaseRoute]:
    """Return the doors of these pages."""
    return [
        Route("/cases/{reference}/sessions/new", new_session),
        Route("/cases/{reference}/sessions", record_session, methods=["POST"]),
    ]


@signed_in(*STAFF)
async def new_session(request: Request) -> Response:
    """Show the form, with the time of now and her goals as they stand."""
    file = await fetch(request, "sessions", f"/cases/{request.path_params['reference']}")
    zone = reader_of(request).zone
    typed = [("held_at", f"{datetime.now(ZoneInfo(zone)):%Y-%m-%dT%H:%M}")]
    for number, goal in enumerate(file["goals"]):
        typed += [(f"goals.{number}.goal", goal["goal"]), (f"goals.{number}.known", "yes")]
    form = Form(FIELDS, ImmutableMultiDict(typed), zone=zone)
    return await _page(request, form, new_id())


@signed_in(*STAFF)
async def record_session(request: Request) -> Response:
    """Put the session on file; what it tells of risk is assessed within moments."""
    reference, typed = request.path_params["reference"], await request.form()
    key = str(typed.get("idempotency_key", "")) or new_id()
    form = session_form(typed, reader_of(request).zone)
    session = session_of(form)
    path = f"/cases/{reference}/sessions"
    answer = await ask(request, "sessions", "POST", path, json=session, idempotency_key=key)
    if answer.status in KEPT_ON_PAGE:
        return await _page(request, form.with_faults(answer.body), key, answer)
    refuse_unless_done(answer)
    since = str(typed.get("assessments", "")) if tells_of_risk(session) else ""
    wait = f"&since={since}" if since.isdecimal() else ""
    return RedirectResponse(f"/cases/{reference}?recorded{wait}", 303)


async def _page(request: Request, form: Form, key: str, answer: Any = None) -> Response:
    reference = request.path_params["reference"]
    newest = await _newest_assessment(request, reference)
    return page(
        request,
        "practitioner/session.html",
        answer.status if answer else HTTPStatus.OK,
        form=form,
        reference=reference,
        problem=problem_of(answer) if answer and not form.faults else None,
        idempotency_key=key,
        items=ITEMS.get(newest.get("instrument", ""), ()) or DASH_24,
        known=newest.get("answers", {}),
        assessments=newest.get("number", 0),
        latest=f"{now().astimezone(ZoneInfo(form.zone)):%Y-%m-%dT%H:%M}",
    )


async def _newest_assessment(request: Request, reference: str) -> JSON:
    found = await fetch_if_there(request, "risk", f"/cases/{reference}/assessments", limit=1)
    items = found["items"] if found else []
    return dict(items[0]) if items else {}
