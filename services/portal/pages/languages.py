"""Which of the four languages a page is written in, and where its words come from."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from starlette.requests import Request

LANGUAGES: dict[str, str] = {
    "en": "English",
    "ro": "Română",
    "it": "Italiano",
    "hu": "Magyar",
}
COOKIE = "ttp_language"
LOCALES = Path(__file__).parents[1] / "locales"


def noted(text: str) -> str:
    """Return the text as it is; the name marks it for translation where it is shown."""
    return text


@cache
def catalogue(language: str) -> Translations:
    """Return the translations of one language, compiled from its catalogue at first use."""
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def language_of(request: Request) -> str:
    """Return the language to answer in: hers, else the cookie's, else her browser's, else English.

    While nobody is signed in, the cookie remembers a choice made at the foot of a page.
    """
    person = getattr(request.state, "person", None)
    for choice in (getattr(person, "locale", None), request.cookies.get(COOKIE)):
        if choice in LANGUAGES:
            return str(choice)
    wanted = _wanted(request.headers.get("accept-language", ""))
    found = (negotiate_locale(wanted, list(LANGUAGES), sep="-") or "en").lower()
    return found if found in LANGUAGES else "en"


def _wanted(header: str) -> list[str]:
    """Return the languages of an Accept-Language header, the most wanted first."""
    weighed = [_weighed(part) for part in header.split(",") if part.strip()]
    return [name for _, name in sorted(weighed, key=lambda pair: -pair[0]) if name != "*"]


def _weighed(part: str) -> tuple[float, str]:
    name, _, weight = part.partition(";q=")
    try:
        wanted = float(weight or 1)
    except ValueError:
        wanted = 0.0
    return (wanted if wanted > 0 else 0.0, name.strip())
