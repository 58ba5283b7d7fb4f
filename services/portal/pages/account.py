"""Signing in and out, and what somebody can set for herself."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.accounts import LockedOut, SignInRefused
from services.portal.pages.languages import COOKIE, LANGUAGES
from services.portal.pages.navigation import STAFF, start_of
from services.portal.pages.rendering import page
from services.portal.security import COOKIE as SESSION
from services.portal.security import (
    address_of,
    device_of,
    forget,
    local_path,
    open_to_all,
    remember,
    signed_in,
)

YEAR = int(timedelta(days=365).total_seconds())


def routes() -> list[BaseRoute]:
    """Return the doors of this page."""
    return [
        Route("/", home),
        Route("/sign-in", sign_in_form),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        Route("/language", choose_language, methods=["POST"]),
        Route("/alive", alive),
        Route("/account", account),
        Route("/account/password", change_password, methods=["POST"]),
    ]


@signed_in()
async def home(request: Request) -> Response:
    """Lead to where her work is."""
    return RedirectResponse(start_of(request.state.person), 303)


@open_to_all
async def sign_in_form(request: Request) -> Response:
    """Show the form; who is signed in has no use for it."""
    if request.state.person:
        return RedirectResponse("/", 303)
    return _sign_in_page(request, next=request.query_params.get("next", ""))


@open_to_all
async def sign_in(request: Request) -> Response:
    """Open a session, or say kindly why not."""
    typed = await request.form()
    email, password = str(typed.get("email", "")), str(typed.get("password", ""))
    kept = {"email": email, "next": str(typed.get("next", ""))}
    try:
        done = await request.app.state.accounts.sign_in(
            email, password, address_of(request), device_of(request)
        )
    except SignInRefused:
        return _sign_in_page(request, 401, **kept, refused=True)
    except LockedOut as locked:
        return _sign_in_page(request, 429, **kept, locked_until=locked.until.isoformat())
    answer = RedirectResponse(local_path(kept["next"]), 303)
    return remember(answer, done, is_https=_is_https(request))


@open_to_all
async def sign_out(request: Request) -> Response:
    """End the session and let the browser forget what it holds."""
    await request.app.state.accounts.sign_out(request.cookies.get(SESSION, ""))
    answer = RedirectResponse("/sign-in", 303)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return forget(answer, is_https=_is_https(request))


@open_to_all
async def choose_language(request: Request) -> Response:
    """Write pages in another language from now on: hers, or this browser's."""
    typed = await request.form()
    language = str(typed.get("language", ""))
    answer = RedirectResponse(local_path(str(typed.get("next", ""))), 303)
    if language not in LANGUAGES:
        return answer
    if person := request.state.person:
        await request.app.state.accounts.set_locale(person, language)
    answer.set_cookie(
        COOKIE, language, YEAR, httponly=True, samesite="lax", secure=_is_https(request)
    )
    return answer


@signed_in()
async def alive(_request: Request) -> Response:
    """Answer nothing: asking keeps a session open while a long form is being filled in."""
    return Response(status_code=204)


@signed_in()
async def account(request: Request) -> Response:
    """Show who she is here and what she can set."""
    return _account_page(request, changed="changed" in request.query_params)


@signed_in()
async def change_password(request: Request) -> Response:
    """Change her password; her other sessions end."""
    typed = await request.form()
    old, new = str(typed.get("old", "")), str(typed.get("new", ""))
    if len(new) < LEAST_PASSWORD:
        return _account_page(request, 422, fault="short")
    try:
        await request.app.state.accounts.change_password(request.state.person, old, new)
    except SignInRefused:
        return _account_page(request, 422, fault="old")
    except LockedOut:
        return _account_page(request, 429, fault="locked")
    return RedirectResponse("/account?changed", 303)


LEAST_PASSWORD = 12


def _account_page(
    request: Request, status: int = 200, *, changed: bool = False, fault: str = ""
) -> Response:
    is_staff = request.state.person.role in STAFF
    return page(
        request, "account/account.html", status, changed=changed, fault=fault, is_staff=is_staff
    )


def _sign_in_page(request: Request, status: int = 200, **values: object) -> Response:
    standing = {"email": "", "refused": False, "locked_until": None}
    return page(request, "account/sign_in.html", status, **standing | values)


def _is_https(request: Request) -> bool:
    return bool(request.app.state.settings.is_https)
