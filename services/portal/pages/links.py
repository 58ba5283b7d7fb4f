"""The page behind a link in a message: what calls her, and one button that answers.

Who holds the link needs no session. To look changes nothing, for scanners of mail look too.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.chassis.auth import portal_itself
from services.chassis.ids import new_id
from services.portal import links
from services.portal.faults import trace_of
from services.portal.pages.areas import ZONES
from services.portal.pages.gateway import JSON, refuse_unless_done
from services.portal.pages.languages import LANGUAGES
from services.portal.pages.reader import Reader
from services.portal.pages.rendering import page
from services.portal.security import open_to_all

GONE = {
    HTTPStatus.NOT_FOUND: "unknown",
    HTTPStatus.GONE: "over",
}
REFUSED = {
    "alert-already-acknowledged": "colleague",
    "alert-already-resolved": "ended",
    "link-over": "over",
}


def routes() -> list[BaseRoute]:
    """Return the doors of this page."""
    return [
        Route(f"{links.PREFIX}{{token}}", look),
        Route(f"{links.PREFIX}{{token}}", take_on, methods=["POST"]),
    ]


@open_to_all
async def look(request: Request) -> Response:
    """Show what the message was about, and the button while it still calls her."""
    answer = await _ask(request, "GET")
    if answer.status in GONE:
        return _closed(request, HTTPStatus(answer.status))
    refuse_unless_done(answer)
    return _shown(request, answer.body, standing_of(answer.body))


@open_to_all
async def take_on(request: Request) -> Response:
    """Take the alert on in her name, and say what came of it."""
    looked, typed = await _ask(request, "GET"), await request.form()
    if looked.status in GONE:
        return _closed(request, HTTPStatus(looked.status))
    refuse_unless_done(looked)
    shown, token = str(typed.get(links.FIELD, "")), request.path_params["token"]
    if not links.is_proved(request, token, shown):
        return _shown(request, looked.body, standing_of(looked.body), HTTPStatus.FORBIDDEN)
    answer = await _ask(request, "POST", "/acknowledgement", idempotency_key=new_id())
    slug = str(answer.body.get("type", "")).rpartition("/")[2]
    if slug in REFUSED:
        return _shown(request, looked.body, REFUSED[slug], HTTPStatus(answer.status))
    refuse_unless_done(answer)
    is_test = answer.body["is_test"]
    return _shown(request, answer.body, "works" if is_test else standing_of(answer.body))


def standing_of(view: JSON) -> str:
    """Return how things stand for who holds a link, as a word that the page knows."""
    if view["is_test"]:
        return "test"
    if view["state"] == "resolved":
        return "ended"
    if view["is_hers"]:
        return "hers"
    if view["state"] in ("acknowledged", "actioned"):
        return "colleague"
    return "over" if view["is_over"] else "open"


async def _ask(request: Request, method: str, what: str = "", **options: Any) -> Any:
    """Ask in the portal's own name: who holds the link is known to notifications alone."""
    portal = portal_itself(trace_of(request))
    path = f"/links/{request.path_params['token']}{what}"
    return await request.app.state.services.call("notifications", method, path, portal, **options)


def _shown(
    request: Request, view: JSON, standing: str, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Return the page in the language of the one to whom the link was sent."""
    language = view["locale"] if view["locale"] in LANGUAGES else "en"
    request.state.reader = Reader(language, view["time_zone"] or ZONES[language])
    number = links.number_of(request)
    told = page(
        request,
        "links/link.html",
        int(status),
        view=view,
        standing=standing,
        is_unproved=status == HTTPStatus.FORBIDDEN,
        proof=links.proof(number, request.path_params["token"]),
    )
    return links.keep(told, number, is_https=request.app.state.settings.is_https)


def _closed(request: Request, status: HTTPStatus) -> Response:
    return page(request, "links/closed.html", int(status), standing=GONE[status])
