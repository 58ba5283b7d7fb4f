"""Assessing a case again by hand: changed answers, a judgement with its reason, an incident."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.ids import new_id
from services.contracts.dash import ANSWERS, BANDS, DASH_24, DASH_27, ITEMS
from services.portal.pages import labels
from services.portal.pages.forms import Field, Form, Kind
from services.portal.pages.gateway import ask, fetch, problem_of, refuse_unless_done
from services.portal.pages.kept import KEPT_ON_PAGE
from services.portal.pages.languages import noted as _n
from services.portal.pages.navigation import STAFF
from services.portal.pages.rendering import page
from services.portal.security import signed_in

FIELDS: dict[str, Field] = {
    "professional_judgement.level": Field(
        _n("Your own judgement of the risk"), Kind.CHOICE, "", BANDS, "band"
    ),
    "professional_judgement.concern": Field(_n("What worries you most")),
    "professional_judgement.rationale": Field(_n("Why you judge so"), Kind.LONG),
    "incident_on": Field(_n("Day of a further incident"), Kind.DATE),
    "grade": Field(
        _n("Grade of the checklist"),
        Kind.CHOICE,
        _n("For checklists that are graded, not counted."),
        BANDS,
        "band",
    ),
} | {
    f"answers.{key}": Field(labels.ITEM[key], Kind.CHOICE, "", ANSWERS, "answer") for key in DASH_27
}


def routes() -> list[BaseRoute]:
    """Return the doors of these pages."""
    return [
        Route("/cases/{reference}/assessments/new", new_assessment),
        Route("/cases/{reference}/assessments", assess, methods=["POST"]),
    ]


@signed_in(*STAFF)
async def new_assessment(request: Request) -> Response:
    """Show the form beside what is known so far."""
    return await _page(request, Form(FIELDS), new_id())


@signed_in(*STAFF)
async def assess(request: Request) -> Response:
    """Assess the case again with what was typed."""
    reference, typed = request.path_params["reference"], await request.form()
    key = str(typed.get("idempotency_key", "")) or new_id()
    form = Form(FIELDS, ImmutableMultiDict(typed.multi_items()))
    path = f"/cases/{reference}/assessments"
    answer = await ask(request, "risk", "POST", path, json=form.document(), idempotency_key=key)
    if answer.status in KEPT_ON_PAGE:
        return await _page(request, form.with_faults(answer.body), key, answer)
    refuse_unless_done(answer)
    return RedirectResponse(f"/cases/{reference}#assessment", 303)


async def _page(request: Request, form: Form, key: str, answer: Any = None) -> Response:
    reference = request.path_params["reference"]
    found = await fetch(request, "risk", f"/cases/{reference}/assessments", limit=1)
    newest = found["items"][0] if found["items"] else {}
    instrument = newest.get("instrument", "DASH-24")
    return page(
        request,
        "practitioner/assess.html",
        answer.status if answer else HTTPStatus.OK,
        form=form,
        reference=reference,
        problem=problem_of(answer) if answer and not form.faults else None,
        idempotency_key=key,
        instrument=instrument,
        items=ITEMS.get(instrument, DASH_24),
        known=newest.get("answers", {}),
        takes_grade=instrument != "DASH-24",
    )
