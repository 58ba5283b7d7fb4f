"""A browser renews by itself how it is reached: its worker tells the portal, which replaces that.

The worker has no page, so it asks for what a page's form would hold. It comes in her session with
her token like every form, and only ever replaces a device that is hers: on a browser that others
use too, a subscription of one person never becomes another's.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.web.problems import Problem, Refused
from services.portal.identity import RENEWAL
from services.portal.pages import devices
from services.portal.pages.gateway import ask, fetch, refuse_unless_done
from services.portal.pages.navigation import STAFF
from services.portal.security import signed_in

_UNKNOWN = Problem(HTTPStatus.NOT_FOUND, "device-unknown", "This is no device of yours.")


def routes() -> list[BaseRoute]:
    """Return the doors for a worker."""
    return [Route(RENEWAL, form), Route(RENEWAL, renew, methods=["POST"])]


@signed_in(*STAFF)
async def form(request: Request) -> Response:
    """Return what the form of a page holds: the token of her session, the key to subscribe by."""
    channels = await fetch(request, "notifications", "/channels")
    told = {"csrf": request.state.person.csrf, "push_key": channels["push_key"]}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


@signed_in(*STAFF)
async def renew(request: Request) -> Response:
    """Put the new subscription of a device of hers in the place of the old one.

    Raises:
        Refused: the old one is no device of hers, or the new one is no subscription.

    """
    typed = await request.form()
    old, new = (str(typed.get(name, "")) for name in ("old", "subscription"))
    known = await fetch(request, "notifications", "/responders/me")
    wanted = devices.with_renewed(known["methods"], old, new)
    if wanted is None:
        raise Refused(_UNKNOWN)
    told = {"methods": wanted}
    refuse_unless_done(
        await ask(request, "notifications", "PUT", "/responders/me/methods", json=told)
    )
    return Response(status_code=HTTPStatus.NO_CONTENT)
