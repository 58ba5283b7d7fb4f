"""`outreach rota`: who is on duty now, area by area, and where nobody is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import click

from services.chassis import clock
from services.chassis.auth import Role
from services.chassis.terminal import json_option, tell_json
from services.portal.accounts import Accounts
from services.portal.administration.asking import ask
from services.portal.administration.desk import CannotReach, Refused, work

SOON = timedelta(days=7)


@click.command()
@click.argument("areas", metavar="[AREA]...", nargs=-1)
@json_option
def rota(areas: Sequence[str], as_json: bool) -> None:
    """Show who is on duty now in each area, and the gaps of the next seven days.

    Without AREA all areas are shown that an account is for. An area without a rota is told through
    its ladder alone. It needs NOTIFICATIONS_URL and TOKEN_PRIVATE_KEY_FILE.

    Exit codes: 0 somebody is on duty everywhere, and nothing is open for a week; 1 there is a gap,
    or an area has no rota; 2 used wrongly, or notifications cannot be reached.

    Example: outreach rota cluj perugia
    """
    people = work(None, "", _people)
    wanted = sorted(areas or {area for one in people for area in one["areas"]} - {"*"})
    names = {one["_id"]: one["display_name"] for one in people}
    now = clock.now()
    found = [_seen(area, now) for area in wanted]
    if as_json:
        tell_json({"areas": found})
    else:
        for each in found:
            _tell(each, names)
    if open_ := [each["area"] for each in found if each["is_open"]]:
        raise Refused(f"open: {', '.join(open_)}. A manager of the area mends it on /team/rota.")


async def _people(kept: Accounts) -> list[dict[str, Any]]:
    return [one for one in await kept.people.everybody() if one["is_active"]]


def _seen(area: str, now: datetime) -> dict[str, Any]:
    answer = ask("GET", "/rotas", Role.MANAGER, {"area": area})
    if answer.status_code != HTTPStatus.OK:
        raise CannotReach(f"notifications answered {answer.status_code} about {area}: see its log.")
    tiers = [_tier(each, now) for each in answer.json()["items"]]
    is_open = not tiers or any(each["is_gap_now"] or each["gaps"] for each in tiers)
    return {"area": area, "tiers": tiers, "is_open": is_open}


def _tier(rota: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    soon = [gap for gap in rota["gaps"] if datetime.fromisoformat(gap["from"]) < now + SOON]
    return {
        "tier": rota["tier"],
        "on_duty": rota["on_duty"]["people"],
        "is_gap_now": rota["on_duty"]["is_fallback"],
        "gaps": soon,
    }


def _tell(seen: Mapping[str, Any], names: Mapping[str, str]) -> None:
    if not seen["tiers"]:
        click.echo(f"{seen['area']}: no rota")
    for each in seen["tiers"]:
        who = ", ".join(names.get(one, one) for one in each["on_duty"]) or "nobody"
        gap = " (fallback: nobody is on duty)" if each["is_gap_now"] else ""
        click.echo(f"{seen['area']} {each['tier']}: {who}{gap}")
        for hole in each["gaps"]:
            click.echo(f"    gap {hole['from']} until {hole['until']}")
