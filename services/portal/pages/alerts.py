"""Alerts: the live inbox, and one alert with its reasons and what can be done about it."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.web.problems import Problem
from services.contracts.vocabulary import ACTIONS, ALERT_OUTCOMES
from services.portal.pages.gateway import (
    JSON,
    ask,
    fetch,
    fetch_if_there,
    problem_of,
    refuse_unless_done,
)
from services.portal.pages.kept import KEPT_ON_PAGE
from services.portal.pages.navigation import LEADS, STAFF
from services.portal.pages.people import colleagues, names
from services.portal.pages.rendering import page
from services.portal.security import signed_in

SHOWN_AT_MOST = 100
WAITING = ("raised", "delivered")
URGENCY = ("raised", "delivered", "acknowledged", "actioned", "resolved")


def routes() -> list[BaseRoute]:
    """Return the doors of these pages."""
    return [
        Route("/inbox", inbox),
        Route("/inbox/alerts", inbox_alerts),
        Route("/alerts/{reference}", alert),
        Route("/alerts/{reference}/panel", alert_panel),
        Route("/alerts/{reference}/acknowledgements", acknowledge, methods=["POST"]),
        Route("/alerts/{reference}/actions", record_action, methods=["POST"]),
        Route("/alerts/{reference}/resolution", resolve, methods=["POST"]),
        Route("/alerts/{reference}/handover", hand_over, methods=["POST"]),
    ]


@signed_in(*STAFF)
async def inbox(request: Request) -> Response:
    """Show the open alerts that are hers to know; the page then keeps itself up to date."""
    return await _inbox(request, "practitioner/inbox.html")


@signed_in(*STAFF)
async def inbox_alerts(request: Request) -> Response:
    """Show the list alone, for an open inbox to renew itself."""
    if "HX-Request" not in request.headers:
        return RedirectResponse("/inbox", 303)
    return await _inbox(request, "parts/alert_list.html")


@signed_in(*STAFF)
async def alert(request: Request) -> Response:
    """Show one alert: its reasons, who has it, what happens next."""
    return await _alert_page(request)


@signed_in(*STAFF)
async def alert_panel(request: Request) -> Response:
    """Show what changes of an alert, for its open page to renew itself."""
    if "HX-Request" not in request.headers:
        return RedirectResponse(f"/alerts/{request.path_params['reference']}", 303)
    found = await fetch(request, "notifications", f"/alerts/{request.path_params['reference']}")
    return page(request, "parts/alert_panel.html", **await _told(request, found), problem=None)


@signed_in(*STAFF)
async def acknowledge(request: Request) -> Response:
    """Take an alert on."""
    return await _do(request, "acknowledgements")


@signed_in(*STAFF)
async def record_action(request: Request) -> Response:
    """Record what she did about an alert."""
    return await _do(request, "actions", "kind", "note")


@signed_in(*STAFF)
async def resolve(request: Request) -> Response:
    """End an alert with what came of it."""
    return await _do(request, "resolution", "outcome")


@signed_in(*STAFF)
async def hand_over(request: Request) -> Response:
    """Ask a colleague to take over an alert that she has."""
    return await _do(request, "handover", "to")


async def _do(request: Request, what: str, *names_sent: str) -> Response:
    """Pass on what was done; show the inbox or the alert again, with the refusal if there is one.

    Only an inbox that renews itself asks with `from`; without JavaScript every answer is a page.
    """
    reference, typed = request.path_params["reference"], await request.form()
    sent = {name: str(typed[name]) for name in names_sent if str(typed.get(name, "")).strip()}
    path = f"/alerts/{reference}/{what}"
    answer = await ask(request, "notifications", "POST", path, json=sent or None)
    if answer.status not in KEPT_ON_PAGE:
        refuse_unless_done(answer)
    problem = None if answer.is_done else problem_of(answer)
    if "HX-Request" in request.headers and typed.get("from") == "inbox":
        return await _inbox(request, "parts/alert_list.html", problem, focus=reference)
    if problem is None:
        done = "?handed-over" if what == "handover" else ""
        return RedirectResponse(f"/alerts/{reference}{done}", 303)
    return await _alert_page(request, problem)


async def _inbox(
    request: Request, template: str, problem: Problem | None = None, focus: str = ""
) -> Response:
    found = await fetch(request, "notifications", "/alerts", state="open", limit=SHOWN_AT_MOST)
    alerts = sorted(found["items"], key=_urgency)
    return page(
        request,
        template,
        alerts=alerts,
        waiting=sum(alert["state"] in WAITING for alert in alerts),
        has_more=found["next"] is not None,
        names=await names(request, (who for alert in alerts for who in _people(alert))),
        problem=problem,
        focus=focus,
        actions=ACTIONS[:-1],
    )


def _urgency(alert: JSON) -> tuple[bool, bool, int, int, str]:
    """Return the place of an alert in the inbox.

    What nobody has answered comes first, and of that high risk, the highest step, the oldest.
    """
    is_answered = alert["state"] not in WAITING
    step = URGENCY.index(alert["state"]) if is_answered else 0
    return (is_answered, alert["kind"] != "high_risk", step, -alert["level"], alert["since"])


async def _alert_page(request: Request, problem: Problem | None = None) -> Response:
    reference = request.path_params["reference"]
    found = await fetch(request, "notifications", f"/alerts/{reference}")
    told, assessed = await asyncio.gather(
        _told(request, found),
        fetch_if_there(request, "risk", f"/cases/{found['case_reference']}/assessments", limit=1),
    )
    newest = assessed["items"] if assessed else []
    judges = [
        newest[0][given]["by"]
        for given in ("professional_judgement", "dissent")
        if newest and newest[0][given]
    ]
    told["names"] |= await names(request, judges)
    return page(
        request,
        "practitioner/alert.html",
        int(problem.status) if problem else HTTPStatus.OK,
        problem=problem,
        is_handed_over="handed-over" in request.query_params and told["is_waiting"],
        assessment=newest[0] if newest else None,
        **told,
    )


async def _told(request: Request, alert: JSON) -> dict[str, Any]:
    notices = await _notices(request, alert["reference"])
    receivers = [one["person_id"] for one in notices["items"]] if notices else []
    known, others = await asyncio.gather(
        names(request, [*_people(alert), *receivers]), _others(request, alert)
    )
    return {
        "alert": alert,
        "names": known,
        "notices": notices,
        "is_lead": request.state.person.role in LEADS,
        "colleagues": others,
        "actions": ACTIONS,
        "outcomes": ALERT_OUTCOMES,
        "is_waiting": alert["state"] in WAITING,
    }


async def _notices(request: Request, reference: str) -> JSON | None:
    """Return who was told by which channel, for those who lead."""
    if request.state.person.role not in LEADS:
        return None
    path = f"/alerts/{reference}/notices"
    return await fetch_if_there(request, "notifications", path, limit=SHOWN_AT_MOST)


async def _others(request: Request, alert: JSON) -> dict[str, str]:
    """Return to whom she can hand the alert over: nobody, unless she has it."""
    me = request.state.person.id
    if alert["responder_id"] != me or alert["state"] not in ("acknowledged", "actioned"):
        return {}
    return await colleagues(request, alert["area"], besides=me)


def _people(alert: JSON) -> list[str | None]:
    return [
        alert["responder_id"],
        alert["practitioner_id"],
        *alert["audience"]["account_ids"],
        *(receipt["person_id"] for receipt in alert["deliveries"]),
        *(action["by"] for action in alert["actions"]),
        *(entry["by"] for entry in alert["history"]),
    ]
