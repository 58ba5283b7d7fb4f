"""The rota: who is on duty now and next, the coming two weeks, and how to change them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.chassis.clock import now
from services.portal.pages import rota_forms as forms
from services.portal.pages.areas import AREAS, chosen, within
from services.portal.pages.calling_labels import TIER
from services.portal.pages.fault_labels import MISSING
from services.portal.pages.forms import Form
from services.portal.pages.gateway import JSON, ask, fetch, problem_of, refuse_unless_done
from services.portal.pages.navigation import LEADS
from services.portal.pages.people import colleagues, names
from services.portal.pages.reader import reader_of
from services.portal.pages.rendering import page
from services.portal.security import signed_in

HERE = "/team/rota"
TIERS = tuple(TIER)
GAP = "gap"
SHOWN_AHEAD = timedelta(days=15)
LONGEST_TURN = timedelta(days=31)
"""Shifts that begin in the time that is shown are told to their end, unless they last longer."""
_IN_FULL = re.compile(r"#/calendar|#/overrides|#/layers/\d+/shifts")


def routes() -> list[BaseRoute]:
    """Return the doors that show rotas."""
    return [
        Route(HERE, overview),
        Route(f"{HERE}/{{area}}/{{tier}}", rota),
        Route(f"{HERE}/{{area}}/{{tier}}/calendar.ics", calendar),
    ]


@signed_in(*LEADS)
async def overview(request: Request) -> Response:
    """Show who is on duty in an area, tier by tier."""
    areas = request.state.person.areas
    area = chosen(areas, request.query_params.get("area"))
    rotas = await rotas_of(request, area)
    in_zone(request, zone_of(area))
    shifts = await asyncio.gather(*(shifts_of(request, each) for each in rotas.values()))
    coming = dict(zip(rotas, shifts, strict=True))
    return page(
        request,
        "team/rotas.html",
        area=area,
        areas=within(areas),
        tiers=TIERS,
        rotas=rotas,
        next={tier: following(found["items"]) for tier, found in coming.items()},
        names=await names(request, [who for tier in rotas for who in _named(rotas, coming, tier)]),
    )


@signed_in(*LEADS)
async def rota(request: Request) -> Response:
    """Show one rota with the coming two weeks, and what can be changed."""
    return await rota_page(request)


@signed_in(*LEADS)
async def calendar(request: Request) -> Response:
    """Hand the coming weeks over as a calendar."""
    area, tier = request.path_params["area"], request.path_params["tier"]
    answer = await ask(request, "notifications", "GET", f"/rotas/{area}/{tier}/calendar")
    refuse_unless_done(answer)
    told = {"Content-Disposition": f'attachment; filename="rota-{area}-{tier}.ics"'}
    return Response(answer.content, media_type="text/calendar; charset=utf-8", headers=told)


async def rotas_of(request: Request, area: str) -> dict[str, JSON]:
    """Return the rotas of an area by tier; a tier that has none is not in it."""
    found = await fetch(request, "notifications", "/rotas", area=area)
    return {each["tier"]: each for each in found["items"]}


async def shifts_of(request: Request, rota: JSON) -> JSON:
    """Return the shifts of a rota from now on that begin before the end of a day."""
    since = now()
    until = (since + SHOWN_AHEAD).replace(hour=0, minute=0, second=0, microsecond=0)
    span = {"since": since.isoformat(), "until": (until + LONGEST_TURN).isoformat()}
    path = f"/rotas/{rota['area']}/{rota['tier']}/shifts"
    found = await fetch(request, "notifications", path, **span)
    begun = [one for one in found["items"] if datetime.fromisoformat(one["from"]) < until]
    return found | {"items": begun}


def following(shifts: Iterable[JSON]) -> list[JSON]:
    """Return the shifts that begin next, all at the same moment."""
    at = now().isoformat()
    later = [each for each in shifts if each["from"] > at]
    first = min((each["from"] for each in later), default=None)
    return [each for each in later if each["from"] == first]


async def rota_page(request: Request, refused: Any = None, **typed: Form) -> Response:
    """Return the page of one rota, with what was typed and refused."""
    area, tier = request.path_params["area"], request.path_params["tier"]
    found = (await rotas_of(request, area)).get(tier)
    shifts = await shifts_of(request, found) if found else None
    known, choices = await asyncio.gather(
        names(request, _named({tier: found}, {tier: shifts}, tier) if found else []),
        colleagues(request, area),
    )
    zone = found["zone"] if found else zone_of(area)
    in_zone(request, zone)
    has_faults = any(form.faults for form in typed.values())
    standing = {
        "stand_in": Form(forms.STAND_IN, zone=zone),
        "swap": Form(forms.SWAP),
        "calendar": Form(forms.CALENDAR),
        "plan": forms.plan_form(found, area),
    }
    shown = standing | typed
    return page(
        request,
        "team/rota.html",
        refused.status if refused else HTTPStatus.OK,
        problem=problem_of(refused) if refused and not has_faults else None,
        details=_details(refused.body) if refused else [],
        left_open=_left_open(refused.body) if refused else [],
        area=area,
        tier=tier,
        zone=zone,
        rota=found,
        shifts=shifts,
        names=choices | known,
        colleagues=choices,
        places=forms.places(shown["plan"]),
        can_plan=can_plan(found),
        has_many_hours=bool(found) and len(hours_of(found)) > 1,
        done="done" in request.query_params,
        **shown,
    )


def _details(problem: JSON) -> list[JSON]:
    """Return what no field of a form can say, each reason once: what is wrong with a calendar."""
    told = {
        each["detail"]: each
        for each in problem.get("errors", ())
        if _IN_FULL.match(each["pointer"]) and each["code"] not in MISSING
    }
    return list(told.values())


def _left_open(problem: JSON) -> list[JSON]:
    """Return the gaps that were not accepted."""
    return [
        {"from": each["params"]["begins"], "until": each["params"]["ends"]}
        for each in problem.get("errors", ())
        if each["code"] == GAP
    ]


def in_zone(request: Request, zone: str) -> None:
    """Have all times of the page be those of a rota, so that they are those of its forms."""
    request.state.reader = replace(reader_of(request), zone=zone)


def can_plan(rota: JSON | None) -> bool:
    """Tell whether the form can show the plan: its first layer takes turns, or there is none."""
    return rota is None or not rota["layers"] or rota["layers"][0]["kind"] == "rotation"


def hours_of(rota: JSON | None) -> list[JSON]:
    """Return the hours of the first layer."""
    hours: list[JSON] = rota["layers"][0].get("hours", []) if rota and rota["layers"] else []
    return hours


def zone_of(area: str) -> str:
    """Return the time zone in which a new rota of an area is."""
    return AREAS[area].zone if area in AREAS else "UTC"


def _named(rotas: Any, shifts: Any, tier: str) -> list[str]:
    rota, coming = rotas[tier], shifts[tier]
    overrides = [who for one in rota["overrides"] for who in (one["person"], one["replaces"])]
    covered = [who for one in coming["items"] for who in (one["person"], one["instead_of"])]
    members = [who for layer in rota["layers"] for who in layer.get("people", ())]
    saved = [one["by"] for one in rota["saves"]]
    on_duty = [*rota["on_duty"]["people"], rota["fallback"]]
    return [*on_duty, *overrides, *covered, *members, *saved]
