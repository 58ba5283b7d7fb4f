"""My notifications: how I am told, when of what is not high risk, and what was sent to me."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from starlette.datastructures import FormData, ImmutableMultiDict
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.pages import devices
from services.portal.pages.calling_labels import MEDIUM
from services.portal.pages.forms import Field, Form, Kind
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
from services.portal.pages.navigation import STAFF
from services.portal.pages.rendering import page
from services.portal.security import signed_in

HERE = "/account/notifications"
SHOWN = 30
ACCOUNT = "account"
CHANNELS = ("email", "sms", "chat", "webhook")
METHODS: dict[str, Field] = {
    "methods": Field(
        _n("How you are told"), remedy=_n("Keep 1 to 10 ways, so that you are reached")
    ),
    "methods.*.id": Field(_n("Way")),
    "methods.*.channel": Field(_n("How"), Kind.CHOICE, options=CHANNELS, words="channel"),
    "methods.*.address": Field(
        _n("Address"),
        remedy=_n("Nothing can be sent to this as it is written: compare it with the hint"),
    ),
}
PREFERENCES: dict[str, Field] = {
    "medium": Field(_n("Tell me"), Kind.CHOICE, "", tuple(MEDIUM), "medium", needed=True),
    "digest_at": Field(_n("Time of the daily message"), Kind.TIME, needed=True),
    "quiet_from": Field(_n("Quiet from"), Kind.TIME, needed=True),
    "quiet_until": Field(_n("Quiet until"), Kind.TIME, needed=True),
}
SAID = {"methods", "preferences", "tests"}


def routes() -> list[BaseRoute]:
    """Return the doors of this page."""
    return [
        Route(HERE, notifying),
        Route(f"{HERE}/methods", choose_methods, methods=["POST"]),
        Route(f"{HERE}/devices", add_device, methods=["POST"]),
        Route(f"{HERE}/preferences", choose_preferences, methods=["POST"]),
        Route(f"{HERE}/tests", send_tests, methods=["POST"]),
    ]


@signed_in(*STAFF)
async def notifying(request: Request) -> Response:
    """Show how she is told and what was sent to her."""
    return await _page(request)


@signed_in(*STAFF)
async def choose_methods(request: Request) -> Response:
    """Keep the ways in which she is told; what was typed stays until it is taken."""
    wanted = list(_wanted(await request.form()))
    form = Form(METHODS, _typed(wanted))
    return await _put(request, "methods", form, {"methods": wanted})


@signed_in(*STAFF)
async def add_device(request: Request) -> Response:
    """Have alerts shown on the device that she is at, by what its browser has given."""
    subscription = str((await request.form()).get("subscription", "")).strip()
    known = await fetch(request, "notifications", "/responders/me")
    wanted = devices.with_device(known["methods"], subscription)
    return await _put(request, "methods", Form(METHODS, _typed(wanted)), {"methods": wanted})


@signed_in(*STAFF)
async def choose_preferences(request: Request) -> Response:
    """Keep when she is told of what is not high risk."""
    form = Form(PREFERENCES, ImmutableMultiDict((await request.form()).multi_items()))
    return await _put(request, "preferences", form, form.document())


@signed_in(*STAFF)
async def send_tests(request: Request) -> Response:
    """Send a test message to each of her addresses."""
    answer = await ask(request, "notifications", "POST", "/notices/tests")
    if answer.status in KEPT_ON_PAGE:
        return await _page(request, refused=answer)
    refuse_unless_done(answer)
    return RedirectResponse(f"{HERE}?done=tests&sent={answer.body['sent']}", 303)


async def _put(request: Request, what: str, form: Form, body: JSON) -> Response:
    path = f"/responders/me/{what}"
    answer = await ask(request, "notifications", "PUT", path, json=body)
    if answer.status in KEPT_ON_PAGE:
        return await _page(request, answer, **{what: form.with_faults(answer.body)})
    refuse_unless_done(answer)
    return RedirectResponse(f"{HERE}?done={what}", 303)


async def _page(request: Request, refused: Any = None, **typed: Form) -> Response:
    """Show the page with what is kept, or with what was typed where that was refused."""
    known, channels, notices = await asyncio.gather(
        fetch_if_there(request, "notifications", "/responders/me"),
        fetch_if_there(request, "notifications", "/channels"),
        fetch_if_there(request, "notifications", "/notices", limit=SHOWN),
    )
    asked = request.query_params
    has_faults = any(form.faults for form in typed.values())
    methods = typed.get("methods") or _methods(known)
    return page(
        request,
        "account/notifications.html",
        refused.status if refused else HTTPStatus.OK,
        problem=problem_of(refused) if refused and not has_faults else None,
        known=known,
        notices=notices,
        can_send=channels["items"] if channels else (*CHANNELS, devices.CHANNEL),
        push_key=channels["push_key"] if channels else None,
        endpoint_of=devices.endpoint_of,
        host_of=devices.host_of,
        methods=methods,
        uses_account=any(
            methods.get(f"methods.{number}.id") == ACCOUNT for number in methods.members("methods")
        ),
        preferences=typed.get("preferences") or _preferences(known),
        done=asked.get("done") if asked.get("done") in SAID else None,
        sent=asked.get("sent", ""),
        account=ACCOUNT,
    )


def _methods(known: JSON | None) -> Form:
    return Form(METHODS, _typed(known["methods"] if known else ()))


def _preferences(known: JSON | None) -> Form:
    return Form(PREFERENCES, ImmutableMultiDict(known["preferences"] if known else {}))


def _typed(methods: Iterable[JSON]) -> ImmutableMultiDict[str, Any]:
    """Return methods as fields of the form, each under its number."""
    return ImmutableMultiDict(
        [
            (f"methods.{number}.{name}", method.get(name) or "")
            for number, method in enumerate(methods)
            for name in ("id", "channel", "address")
        ]
    )


def _wanted(typed: FormData) -> Iterable[JSON]:
    """Yield the ways that she wants: what she removed or left empty is none."""
    if typed.get(ACCOUNT):
        yield {"id": ACCOUNT}
    removed = str(typed.get("remove", ""))
    for number in Form(METHODS, ImmutableMultiDict(typed.multi_items())).members("methods"):
        found = {
            name: str(typed.get(f"methods.{number}.{name}", "")).strip()
            for name in ("id", "channel", "address")
        }
        if found["address"] and removed != str(number):
            yield {name: value for name, value in found.items() if value}
