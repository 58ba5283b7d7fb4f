"""Changing a rota: somebody stands in, two swap, a calendar is taken in, the plan is saved."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.pages import rota_forms as forms
from services.portal.pages.forms import Form, is_whole
from services.portal.pages.gateway import ask, refuse_unless_done
from services.portal.pages.kept import KEPT_ON_PAGE
from services.portal.pages.navigation import LEADS
from services.portal.pages.rota import HERE, can_plan, hours_of, rota_page, rotas_of, zone_of
from services.portal.security import signed_in


def routes() -> list[BaseRoute]:
    """Return the doors through which rotas are changed."""
    one = f"{HERE}/{{area}}/{{tier}}"
    return [
        Route(f"{one}/overrides", stand_in, methods=["POST"]),
        Route(f"{one}/overrides/{{id}}/end", take_back, methods=["POST"]),
        Route(f"{one}/swaps", swap, methods=["POST"]),
        Route(f"{one}/calendar", take_in, methods=["POST"]),
        Route(f"{one}/plan", save_plan, methods=["POST"]),
    ]


@signed_in(*LEADS)
async def stand_in(request: Request) -> Response:
    """Have somebody stand in for a time."""
    rota = (await rotas_of(request, request.path_params["area"])).get(request.path_params["tier"])
    zone = rota["zone"] if rota else zone_of(request.path_params["area"])
    form = Form(forms.STAND_IN, forms.typed(await request.form()), zone=zone)
    return await _do(request, "POST", "/overrides", "stand_in", form, forms.stand_in(form))


@signed_in(*LEADS)
async def take_back(request: Request) -> Response:
    """Take an override back, or both halves of a swap."""
    typed = await request.form()
    params = {"accept_gaps": "true"} if typed.get("accept_gaps") else None
    path = f"/overrides/{request.path_params['id']}"
    answer = await ask(request, "notifications", "DELETE", _path(request) + path, params=params)
    if answer.status in KEPT_ON_PAGE:
        return await rota_page(request, answer)
    return _done(request, answer)


@signed_in(*LEADS)
async def swap(request: Request) -> Response:
    """Have two people take each other's shift."""
    form = Form(forms.SWAP, forms.typed(await request.form()))
    return await _do(request, "POST", "/swaps", "swap", form, forms.swap(form))


@signed_in(*LEADS)
async def take_in(request: Request) -> Response:
    """Take the events of a calendar in."""
    typed = await request.form()
    form = Form(forms.CALENDAR, forms.typed(typed))
    body = await forms.calendar(typed, _version(form))
    return await _do(request, "POST", "/calendar", "calendar", form, body)


@signed_in(*LEADS)
async def save_plan(request: Request) -> Response:
    """Save who takes turns, made from the version that was shown."""
    area, tier = request.path_params["area"], request.path_params["tier"]
    form = forms.with_places(Form(forms.PLAN, forms.typed(await request.form())))
    rota = (await rotas_of(request, area)).get(tier)
    layers = rota["layers"] if rota else []
    rest = layers[1:] if can_plan(rota) else layers
    body = forms.plan(form, rota["zone"] if rota else zone_of(area), rest, hours_of(rota))
    body |= {"version": _version(form)} | forms.accepts(form)
    return await _do(request, "PUT", "", "plan", form, body)


async def _do(
    request: Request, method: str, what: str, name: str, form: Form, body: Any
) -> Response:
    """Pass a change on; where it is refused, show the page with what was typed."""
    answer = await ask(request, "notifications", method, _path(request) + what, json=body)
    if answer.status in KEPT_ON_PAGE:
        return await rota_page(request, answer, **{name: forms.with_faults(form, answer.body)})
    return _done(request, answer)


def _done(request: Request, answer: Any) -> Response:
    refuse_unless_done(answer)
    area, tier = request.path_params["area"], request.path_params["tier"]
    return RedirectResponse(f"{HERE}/{area}/{tier}?done", 303)


def _path(request: Request) -> str:
    return f"/rotas/{request.path_params['area']}/{request.path_params['tier']}"


def _version(form: Form) -> int:
    """Return the version that the page was made from, 0 where there was none."""
    text = form.get("version")
    return int(text) if is_whole(text) else 0
