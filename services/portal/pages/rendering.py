"""Pages from templates: what every template can rely on, and how an answer is made of one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.contracts.dash import ITEMS
from services.portal.faults import trace_of
from services.portal.links import is_by_link
from services.portal.pages.assets import asset
from services.portal.pages.languages import LANGUAGES, catalogue
from services.portal.pages.navigation import navigation_of
from services.portal.pages.reader import reader_of
from services.portal.pages.words import words_in

TEMPLATES = Path(__file__).parents[1] / "templates"


class Missing(StrictUndefined):
    """What a template asks for must be there; only an `if` without an `else` may leave nothing."""

    def __str__(self) -> str:  # type: ignore[override]  # the parent says that it never returns
        return "" if self._undefined_hint else super().__str__()


@cache
def environment(language: str) -> Environment:
    """Return the templates of one language; what a template asks for must be there."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=Missing,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    words = words_in(language)
    made.globals.update(words, asset=asset, languages=LANGUAGES, unknown_items=unknown_items)
    made.filters["as_label"] = lambda code, kind: words["label"](kind, code)
    made.filters["as_code"] = words["code_text"]
    return made


def unknown_items(assessment: Mapping[str, Any]) -> list[str]:
    """Return the items of an assessment's instrument that are neither yes nor no."""
    answers = assessment["answers"]
    items = ITEMS.get(assessment["instrument"], ())
    return [item for item in items if answers.get(item) not in {"yes", "no"}]


def page(request: Request, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """Return a page or a part of one; nothing on it may be kept by the browser or a proxy."""
    text = environment(reader_of(request).language).get_template(template)
    html = text.render(_standing(request) | values)
    return HTMLResponse(html, status, {"Cache-Control": "no-store", "Vary": "HX-Request, Cookie"})


def _standing(request: Request) -> dict[str, Any]:
    by_link = is_by_link(request.url.path)
    person = None if by_link else getattr(request.state, "person", None)
    return {
        "by_link": by_link,
        "person": person,
        "csrf": getattr(person, "csrf", ""),
        "reader": reader_of(request),
        "navigation": navigation_of(person, request.url.path),
        "here": request.url.path,
        "trace": trace_of(request),
    }
