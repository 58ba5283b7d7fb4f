"""Figures: how soon the alerts of an area were answered, in words, and which are open now."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.pages.areas import chosen, within
from services.portal.pages.calling_labels import OPEN_AGE
from services.portal.pages.gateway import fetch
from services.portal.pages.navigation import LEADS
from services.portal.pages.rendering import page
from services.portal.security import signed_in

DAYS = (7, 28, 91, 366)
USUAL = 28


def routes() -> list[BaseRoute]:
    """Return the doors of this page, and the way to what managers see of their team."""
    return [Route("/team", team), Route("/team/figures", figures)]


@signed_in(*LEADS)
async def team(_request: Request) -> Response:
    """Lead to the first of the pages for managers."""
    return RedirectResponse("/team/rota", 303)


@signed_in(*LEADS)
async def figures(request: Request) -> Response:
    """Show the figures of one area and time."""
    asked, areas = request.query_params, request.state.person.areas
    area = chosen(areas, asked.get("area"))
    days = next((each for each in DAYS if str(each) == asked.get("days")), USUAL)
    found = await fetch(request, "notifications", "/figures", area=area, days=days)
    return page(
        request,
        "team/figures.html",
        found=found,
        area=area,
        areas=within(areas),
        days=days,
        spans=DAYS,
        ages=tuple(OPEN_AGE),
    )
