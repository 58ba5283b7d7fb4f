"""Referring a woman, and following what became of the referral."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.datastructures import ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.ids import new_id
from services.contracts.dash import CHILDREN_BLOCK, DASH_27
from services.portal.pages.areas import within
from services.portal.pages.forms import Form, without_gaps
from services.portal.pages.gateway import ask, fetch, problem_of, refuse_unless_done
from services.portal.pages.kept import KEPT_ON_PAGE
from services.portal.pages.languages import noted as _n
from services.portal.pages.navigation import AGENCY, REFERRERS, STAFF
from services.portal.pages.referral_form import DECISION, FIELDS, GROUPS
from services.portal.pages.rendering import page
from services.portal.pages.work_labels import REASON
from services.portal.security import signed_in

SECTIONS = {
    "you": _n("You"),
    "woman": _n("The woman you refer"),
    "contact": _n("How to reach her without danger"),
    "children": _n("Her children"),
    "fears": _n("Who she is afraid of"),
    "risk": _n("Risk"),
    "reason": _n("Why, and what she needs"),
    "consent": _n("What she knows, and consent"),
}


def routes() -> list[BaseRoute]:
    """Return the doors of these pages."""
    return [
        Route("/refer", referral_form),
        Route("/refer", submit_referral, methods=["POST"]),
        Route("/refer/more", add_member, methods=["POST"]),
        Route("/referrals", referrals),
        Route("/referrals/{reference}", referral),
        Route("/referrals/{reference}/decisions", decide, methods=["POST"]),
    ]


@signed_in(*REFERRERS)
async def referral_form(request: Request) -> Response:
    """Show the empty form, with what is known of the one who refers."""
    person = request.state.person
    known = {"referrer.name": person.display_name, "referrer.email": person.email}
    areas = within(person.areas)
    known |= {"area": areas[0]} if len(areas) == 1 else {}
    return _form_page(request, Form(FIELDS, ImmutableMultiDict(known)), new_id())


@signed_in(*REFERRERS)
async def submit_referral(request: Request) -> Response:
    """Send the referral on; what was typed stays on the page until it is accepted."""
    typed = await request.form()
    key = str(typed.get("idempotency_key", "")) or new_id()
    form = Form(FIELDS, without_gaps(typed, GROUPS))
    answer = await ask(
        request, "referrals", "POST", "/referrals", json=form.document(), idempotency_key=key
    )
    if answer.status in KEPT_ON_PAGE:
        return _form_page(request, form.with_faults(answer.body), key, answer)
    refuse_unless_done(answer)
    return RedirectResponse(f"/referrals/{answer.body['reference']}?received", 303)


@signed_in(*REFERRERS)
async def add_member(request: Request) -> Response:
    """Show the form as it was typed, with room for one more child, person or time."""
    typed = await request.form()
    group = str(typed.get("more", ""))
    form = Form(FIELDS, without_gaps(typed, GROUPS))
    larger = form.with_room_in(group) if group in GROUPS else form
    return _form_page(request, larger, str(typed.get("idempotency_key", "")) or new_id())


@signed_in(*AGENCY, *STAFF)
async def referrals(request: Request) -> Response:
    """List the referrals that she may see, the newest first."""
    after, status = request.query_params.get("after"), request.query_params.get("status")
    found = await fetch(request, "referrals", "/referrals", after=after, status=status, limit=25)
    return page(request, "agency/referrals.html", referrals=found, status=status)


@signed_in(*AGENCY, *STAFF)
async def referral(request: Request) -> Response:
    """Show where one referral stands."""
    return await _referral_page(request, Form(DECISION))


@signed_in(*AGENCY, *STAFF)
async def decide(request: Request) -> Response:
    """Pass a decision on; a refusal is shown on the referral's page."""
    reference, typed = request.path_params["reference"], await request.form()
    form = Form(DECISION, ImmutableMultiDict(typed.multi_items()))
    path = f"/referrals/{reference}/decisions"
    answer = await ask(request, "referrals", "POST", path, json=form.document())
    if answer.status in KEPT_ON_PAGE:
        return await _referral_page(request, form.with_faults(answer.body), answer)
    refuse_unless_done(answer)
    return RedirectResponse(f"/referrals/{reference}", 303)


def _form_page(request: Request, form: Form, key: str, answer: Any = None) -> Response:
    problem = problem_of(answer) if answer and not form.faults else None
    return page(
        request,
        "agency/refer.html",
        answer.status if answer else HTTPStatus.OK,
        form=form,
        problem=problem,
        idempotency_key=key,
        areas=within(request.state.person.areas),
        sections=SECTIONS,
        dash_27=DASH_27,
        children_block=CHILDREN_BLOCK,
    )


async def _referral_page(request: Request, form: Form, answer: Any = None) -> Response:
    found = await fetch(request, "referrals", f"/referrals/{request.path_params['reference']}")
    return page(
        request,
        "agency/referral.html",
        answer.status if answer else HTTPStatus.OK,
        referral=found,
        form=form,
        problem=problem_of(answer) if answer and not form.faults else None,
        possible=found.get("decisions", _of_agency(found["status"])),
        reasons=tuple(REASON),
        is_new="received" in request.query_params,
    )


def _of_agency(status: str) -> tuple[str, ...]:
    """Return what to offer an agency; whether it may be done is for the service to say."""
    if status == "information_requested":
        return ("answer_information", "withdraw")
    return ("withdraw",) if status == "received" else ()
