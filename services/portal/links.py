"""The pages behind links in messages: open to whoever holds a link, and told to nobody else.

Who holds one has no session, so her form is proved by a random number in a cookie of the browser,
which only our own pages are sent (`SameSite=Strict`), and by what that number makes of the link.
"""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from starlette.requests import Request
from starlette.responses import Response

PREFIX = "/a/"
COOKIE = "ttp_link"
FIELD = "proof"
HIDDEN = "null"
"""What a browser says its origin is where the page has kept the address to itself."""
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}
LASTS = timedelta(hours=1)
_NUMBER_BYTES = 24
_NUMBER = re.compile(r"[A-Za-z0-9_-]{32}")


def is_by_link(path: str) -> bool:
    """Is this a page behind a link in a message?"""
    return path.startswith(PREFIX)


def number_of(request: Request) -> str:
    """Return the number that this browser has already, or a new one."""
    return _known(request) or token_urlsafe(_NUMBER_BYTES)


def proof(number: str, token: str) -> str:
    """Return what the form of one link must carry in a browser that has this number."""
    return hmac.new(number.encode(), token.encode(), sha256).hexdigest()


def is_proved(request: Request, token: str, shown: str) -> bool:
    """Tell whether a form was made by our page of this link in this browser, in constant time."""
    known = _known(request)
    wanted = proof(known, token) if known else ""
    return bool(known) and hmac.compare_digest(shown.encode(), wanted.encode())


def keep(response: Response, number: str, *, is_https: bool) -> Response:
    """Have the browser keep its number for as long as a page may lie open."""
    response.set_cookie(
        COOKIE,
        number,
        max_age=int(LASTS.total_seconds()),
        path=PREFIX,
        httponly=True,
        samesite="strict",
        secure=is_https,
    )
    return response


def _known(request: Request) -> str:
    number = request.cookies.get(COOKIE, "")
    return number if _NUMBER.fullmatch(number) else ""
