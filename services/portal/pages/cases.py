"""Cases: the caseload, and one case with how to reach her before anything else."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.pages.forms import is_whole
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
from services.portal.pages.people import names, practitioners
from services.portal.pages.rendering import page
from services.portal.security import signed_in

TURNS = 8
NO_FILE: JSON = {
    "area": None,
    "state": None,
    "band": None,
    "practitioner_id": None,
    "engagement": {"missed_in_a_row": 0},
    "goals": [],
    "closure": None,
}
"""Stands for the file of a case that cannot be read just now."""


def routes() -> list[BaseRoute]:
    """Return the doors of these pages."""
    return [
        Route("/cases", caseload),
        Route("/cases/{reference}", case),
        Route("/cases/{reference}/assessment", assessment),
        Route("/cases/{reference}/allocation", allocate, methods=["POST"]),
    ]


@signed_in(*STAFF)
async def caseload(request: Request) -> Response:
    """List cases: a practitioner's own unless she asks for all of her areas."""
    asked = request.query_params
    is_mine = asked.get("whose", "" if request.state.person.role in LEADS else "mine") == "mine"
    shown = {"state": asked.get("state") or None, "band": asked.get("band") or None}
    found = await fetch(
        request, "sessions", "/cases", **shown, mine=is_mine, after=asked.get("after"), limit=25
    )
    holders = await names(request, (item["practitioner_id"] for item in found["items"]))
    return page(
        request, "practitioner/cases.html", cases=found, is_mine=is_mine, names=holders, **shown
    )


@signed_in(*STAFF)
async def case(request: Request) -> Response:
    """Show one case."""
    return await _case_page(request)


@signed_in(*STAFF)
async def assessment(request: Request) -> Response:
    """Show the newest assessment as a part of a page; it asks again while a newer one is due."""
    reference = request.path_params["reference"]
    if "HX-Request" not in request.headers:
        return RedirectResponse(f"/cases/{reference}", 303)
    found = await fetch_if_there(request, "risk", f"/cases/{reference}/assessments", limit=1)
    newest = found["items"] if found else []
    judges = await names(request, _judges(newest))
    waiting = _waiting(request, newest)
    return page(
        request,
        "parts/assessment_panel.html",
        reference=reference,
        assessment=newest[0] if newest else None,
        is_missing=found is None,
        names=judges,
        **waiting,
    )


@signed_in(*STAFF)
async def allocate(request: Request) -> Response:
    """Give the case to somebody: a practitioner takes it, a manager chooses."""
    reference, typed = request.path_params["reference"], await request.form()
    chosen = str(typed.get("practitioner_id", "")) or request.state.person.id
    path = f"/cases/{reference}/allocation"
    answer = await ask(request, "sessions", "POST", path, json={"practitioner_id": chosen})
    if answer.status in KEPT_ON_PAGE:
        return await _case_page(request, answer)
    refuse_unless_done(answer)
    return RedirectResponse(f"/cases/{reference}", 303)


async def _case_page(request: Request, answer: Any = None) -> Response:
    reference = request.path_params["reference"]
    path = f"/cases/{reference}"
    opened, woman, assessed, alerts, sessions, timeline = await asyncio.gather(
        ask(request, "sessions", "GET", path),
        ask(request, "referrals", "GET", f"{path}/client"),
        fetch_if_there(request, "risk", f"{path}/assessments", limit=10),
        fetch_if_there(request, "notifications", "/alerts", case=reference, state="open", limit=5),
        fetch_if_there(request, "sessions", f"{path}/sessions", limit=5),
        fetch_if_there(request, "sessions", f"{path}/timeline", limit=15),
    )
    _refuse_unless_one_is_there(opened, woman)
    file = opened.body if opened.is_done else NO_FILE
    newest = assessed["items"] if assessed else []
    return page(
        request,
        "practitioner/case.html",
        answer.status if answer else 200,
        problem=problem_of(answer) if answer else None,
        reference=reference,
        file=file,
        client=woman.body if woman.is_done else None,
        assessment=newest[0] if newest else None,
        earlier=newest[1:],
        is_missing=assessed is None,
        alerts=alerts,
        sessions=sessions,
        timeline=timeline,
        names=await names(request, _mentioned(file, newest, sessions, timeline)),
        practitioners=await _choices(request, file),
        is_recorded="recorded" in request.query_params,
        **_waiting(request, newest),
    )


def _refuse_unless_one_is_there(file: Any, client: Any) -> None:
    """Show what there is: how to reach her matters most when something else has failed."""
    if not (file.is_done or client.is_done):
        refuse_unless_done(min(file, client, key=lambda answer: answer.status))


async def _choices(request: Request, file: JSON) -> dict[str, str]:
    if request.state.person.role not in LEADS or file is NO_FILE:
        return {}
    return await practitioners(request, file["area"])


def _waiting(request: Request, newest: list[JSON]) -> dict[str, Any]:
    """Return whether a newer assessment is on its way, and which turn of asking this is.

    `since` is the number of the assessment that was known when a session was recorded.
    """
    asked = request.query_params
    since, turn = asked.get("since", ""), asked.get("turn", "0")
    number = newest[0]["number"] if newest else 0
    turns = int(turn) if is_whole(turn) else 0
    is_due = is_whole(since) and number <= int(since) and turns < TURNS
    return {"is_waiting": is_due, "since": since, "turn": turns + 1}


def _judges(assessments: list[JSON]) -> list[str]:
    given = chain.from_iterable(
        (made["professional_judgement"], made["dissent"]) for made in assessments
    )
    return [judgement["by"] for judgement in given if judgement]


def _mentioned(
    file: JSON, assessments: list[JSON], sessions: JSON | None, timeline: JSON | None
) -> list[str | None]:
    entries = timeline["items"] if timeline else []
    held = sessions["items"] if sessions else []
    allocated = [
        code for entry in entries if entry["kind"] == "case_allocated" for code in entry["codes"]
    ]
    return [
        file["practitioner_id"],
        (file["closure"] or {}).get("by"),
        *_judges(assessments),
        *(entry["by"] for entry in entries),
        *(session["practitioner_id"] for session in held),
        *allocated,
    ]
