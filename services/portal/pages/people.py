"""The names of those who did something: services know accounts, people know colleagues."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from services.chassis.auth import CASEWORKERS, Role

SYSTEMS = ("service:", "key:")


async def names(request: Request, ids: Iterable[str | None]) -> dict[str, str]:
    """Return the display names of accounts by id; what is no person's account is left out."""
    wanted = sorted({who for who in ids if who and not who.startswith(SYSTEMS)})
    people = request.app.state.accounts.people
    found = await asyncio.gather(*(people.by_id(who) for who in wanted))
    return {account["_id"]: account["display_name"] for account in found if account}


async def practitioners(request: Request, area: str) -> dict[str, str]:
    """Return the names of those in an area to whom a case can be given, by id."""
    return await _in_area(request, area, Role.PRACTITIONER)


async def colleagues(request: Request, area: str, *, besides: str = "") -> dict[str, str]:
    """Return the names of all who take alerts of an area on, by id, `besides` one of them."""
    found = await _in_area(request, area, *CASEWORKERS)
    return {who: name for who, name in found.items() if who != besides}


async def _in_area(request: Request, area: str, *roles: Role) -> dict[str, str]:
    people = request.app.state.accounts.people
    found: list[dict[str, Any]] = await people.in_areas([area], roles)
    return {account["_id"]: account["display_name"] for account in found}
