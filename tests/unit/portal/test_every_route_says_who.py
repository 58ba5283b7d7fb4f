"""Nobody gets in where it is not written: every route is walked."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from services.chassis.auth import AGENCY, CASEWORKERS, Role
from services.portal.access import UnguardedRoute, allowed_of, open_to_all, refuse_unguarded
from services.portal.doors import DOORS, PREFIX
from tests.unit.portal.wired import wired

OPEN = {
    "/health/live",
    "/health/ready",
    "/metrics",
    "/sign-in",
    "/sign-out",
    "/language",
    "/a/{token}",
    "/static/vendor/{name}",
    "/api/docs",
    "/api/v1/openapi.json",
}


@pytest.fixture
def routes(tmp_path: Path) -> list[BaseRoute]:
    return [route for route in wired(tmp_path).routes if not isinstance(route, Mount)]


def test_only_these_routes_are_open_to_everybody(routes: list[BaseRoute]) -> None:
    found = {getattr(route, "path", "") for route in routes if is_open(route)}
    assert found <= OPEN, sorted(found - OPEN)


def is_open(route: BaseRoute) -> bool:
    allowed = allowed_of(route)
    return allowed is not None and allowed.everybody


def test_every_other_route_names_roles(routes: list[BaseRoute]) -> None:
    guarded = [route for route in routes if not is_open(route)]
    assert len(guarded) > len(DOORS)
    assert all((found := allowed_of(route)) and found.roles for route in guarded)


def test_no_agency_reaches_a_case_or_an_alert_through_the_api() -> None:
    inner = [door for door in DOORS if door.path.startswith(("/cases", "/alerts"))]
    assert inner
    assert all(not door.allowed.roles & AGENCY and door.allowed.scope is None for door in inner)


def test_an_api_key_reaches_referrals_only() -> None:
    reached = {door.path for door in DOORS if door.allowed.scope is not None}
    assert reached == {"/referrals", "/referrals/{reference}", "/referrals/{reference}/decisions"}


def test_neither_operations_nor_research_reach_people_through_the_api() -> None:
    apart = {Role.OPS, Role.RESEARCHER}
    assert all(not door.allowed.roles & apart for door in DOORS)
    assert not CASEWORKERS & apart


async def unguarded(_request: Request) -> Response:
    return Response("everything")


def test_a_portal_with_an_unguarded_route_does_not_start() -> None:
    with pytest.raises(UnguardedRoute, match="/leak"):
        refuse_unguarded([Route("/leak", unguarded)])
    with pytest.raises(UnguardedRoute, match="/leak"):
        refuse_unguarded([Mount("/inner", routes=[Route("/leak", unguarded)])])
    with pytest.raises(UnguardedRoute):
        refuse_unguarded([Mount("/inner", unguarded)])
    refuse_unguarded([Route("/fine", open_to_all(unguarded))])


def test_public_doors_have_the_prefix_of_their_version(routes: list[BaseRoute]) -> None:
    paths = {getattr(route, "path", "") for route in routes}
    assert {PREFIX + door.path for door in DOORS} <= paths
