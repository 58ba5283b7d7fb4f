"""Who is told when in an area: the ladder in words, its waits to be changed, its versions."""

from __future__ import annotations

import asyncio
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

from starlette.datastructures import FormData, ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.contracts.vocabulary import ALERT_KINDS
from services.portal.pages.areas import chosen, within
from services.portal.pages.forms import Fault, Field, Form, Kind
from services.portal.pages.gateway import (
    JSON,
    ask,
    fetch,
    fetch_if_there,
    problem_of,
    refuse_unless_done,
)
from services.portal.pages.kept import KEPT_ON_PAGE
from services.portal.pages.languages import noted as _n
from services.portal.pages.navigation import LEADS
from services.portal.pages.people import names
from services.portal.pages.rendering import page
from services.portal.security import signed_in

HERE = "/team/escalation"
MINUTE, HOUR, DAY = 60, 3600, 86_400
CALM = tuple(kind for kind in ALERT_KINDS if kind != "high_risk")
UNITS = {"high_risk": MINUTE, **dict.fromkeys(CALM, HOUR)}
"""In which unit, of so many seconds, the waits of each kind are typed."""
_LONGEST_CALM = {
    "after_s": 30 * DAY,
    "acknowledgement_lasts_s": 30 * DAY,
    "repeat_every_s": 30 * DAY,
    "unresolved_after_s": 90 * DAY,
}
LONGEST: dict[str, dict[str, int]] = {
    "high_risk": {
        "after_s": HOUR,
        "acknowledgement_lasts_s": 4 * HOUR,
        "repeat_every_s": HOUR,
        "unresolved_after_s": 7 * DAY,
    },
    **dict.fromkeys(CALM, _LONGEST_CALM),
}
"""How long notifications lets each wait be at most, in seconds."""
ENDS = ("acknowledgement_lasts_s", "repeat_every_s", "unresolved_after_s")
OPTIONAL = ENDS[1:]
_WRONG = _n("Write a number that is more than 0 and not more than the limit")
FIELDS: dict[str, Field] = {
    "rungs": Field(_n("Steps"), remedy=_n("This ladder would not do. Open the page anew")),
    "rungs.*.tells": Field(_n("Who is told")),
    "rungs.*.after_s": Field(_n("Wait"), Kind.NUMBER, needed=True, remedy=_WRONG),
    ENDS[0]: Field(
        _n("Who takes it on must have acted within"), Kind.NUMBER, needed=True, remedy=_WRONG
    ),
    ENDS[1]: Field(_n("After the last step, everybody is told again every"), remedy=_WRONG),
    ENDS[2]: Field(_n("After an action, it comes back unless it is ended within"), remedy=_WRONG),
}


def routes() -> list[BaseRoute]:
    """Return the doors of this page."""
    return [
        Route(HERE, ladders),
        Route(f"{HERE}/{{area}}/{{kind}}", save, methods=["POST"]),
    ]


@signed_in(*LEADS)
async def ladders(request: Request) -> Response:
    """Show who is told when in one of her areas."""
    area = chosen(request.state.person.areas, request.query_params.get("area"))
    return await _page(request, area)


@signed_in(*LEADS)
async def save(request: Request) -> Response:
    """Save the waits as the next version; what was typed stays until it is taken."""
    area, kind = request.path_params["area"], request.path_params["kind"]
    typed = await request.form()
    form = Form(FIELDS, ImmutableMultiDict(typed.multi_items()))
    body = _document(form, typed, UNITS.get(kind, MINUTE))
    path = f"/policies/{area}/{kind}"
    answer = await ask(request, "notifications", "PUT", path, json=body)
    if answer.status in KEPT_ON_PAGE:
        return await _page(request, area, answer, {kind: _marked(form, kind, answer.body)})
    refuse_unless_done(answer)
    return RedirectResponse(f"{HERE}?area={area}&done={kind}", 303)


async def _page(
    request: Request, area: str, refused: Any = None, typed: dict[str, Form] | None = None
) -> Response:
    found = await fetch(request, "notifications", "/policies", area=area)
    policies = found["items"]
    versions = await asyncio.gather(*(_versions(request, each) for each in policies))
    forms = {each["kind"]: _form(each) for each in policies} | (typed or {})
    has_faults = any(form.faults for form in forms.values())
    savers = [one["saved_by"] for each in versions if each for one in each["items"]]
    return page(
        request,
        "team/escalation.html",
        refused.status if refused else HTTPStatus.OK,
        problem=problem_of(refused) if refused and not has_faults else None,
        policies=policies,
        versions={each["kind"]: kept for each, kept in zip(policies, versions, strict=True)},
        forms=forms,
        names=await names(request, savers),
        area=area,
        areas=within(request.state.person.areas),
        done=request.query_params.get("done", ""),
        units=UNITS,
        longest=LONGEST,
        ends=ENDS,
        is_optional=is_optional,
    )


async def _versions(request: Request, policy: JSON) -> JSON | None:
    path = f"/policies/{policy['area']}/{policy['kind']}/versions"
    return await fetch_if_there(request, "notifications", path)


def _form(policy: JSON) -> Form:
    """Return the form of a policy as it holds, each wait in the unit of its kind."""
    unit = UNITS[policy["kind"]]
    typed = {name: _written(policy[name], unit) for name in ENDS}
    for number, rung in enumerate(policy["rungs"]):
        typed[f"rungs.{number}.tells"] = rung["tells"]
        typed[f"rungs.{number}.after_s"] = _written(rung["after_s"], unit)
    return Form(FIELDS, ImmutableMultiDict(typed | {"made_from": policy["version"]}))


def _marked(form: Form, kind: str, problem: JSON) -> Form:
    """Return a form with every fault: one wait that cannot be read would hide the others."""
    marked = form.with_faults(problem)
    waits = [f"rungs.{number}.after_s" for number in form.members("rungs") if number]
    odd = [name for name in (*waits, *ENDS) if not _fits(form.get(name), kind, name)]
    return marked.with_more(Fault(name, "invalid") for name in odd if not marked.fault(name))


def _fits(text: str, kind: str, name: str) -> bool:
    """Tell whether a wait can be what is asked for; the judge of it is notifications."""
    if kind not in LONGEST:
        return True
    seconds = _seconds(text, UNITS[kind])
    if seconds is None:
        return is_optional(kind, name)
    return isinstance(seconds, int) and 0 < seconds <= LONGEST[kind][name.rpartition(".")[2]]


def is_optional(kind: str, name: str) -> bool:
    """May this wait be left empty, for never?"""
    return kind != "high_risk" and name in OPTIONAL


def _document(form: Form, typed: FormData, unit: int) -> JSON:
    """Return a form as notifications takes it, its waits in seconds."""
    waits = {name: _seconds(form.get(name), unit) for name in ENDS}
    rungs = [
        {
            "tells": form.get(f"rungs.{number}.tells"),
            "after_s": _seconds(form.get(f"rungs.{number}.after_s"), unit) if number else 0,
        }
        for number in form.members("rungs")
    ]
    return {"made_from": str(typed.get("made_from", "")), "rungs": rungs, **waits}


def _written(seconds: float | None, unit: int) -> str:
    """Return a wait in its unit, as somebody would type it; empty where it has no end."""
    return "" if seconds is None else f"{Decimal(str(seconds)) / unit:.10g}"


def _seconds(text: str, unit: int) -> int | str | None:
    """Return a typed wait in whole seconds, None where nothing was typed, nonsense as it is."""
    try:
        seconds = Decimal(text.strip().replace(",", ".")) * unit
        return int(seconds.to_integral_value()) if seconds.is_finite() else text
    except InvalidOperation:
        return text.strip() or None
