"""The description of the API, for programs as OpenAPI and for people as one plain page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.access import open_to_all
from services.portal.doors import PREFIX
from services.portal.pages.rendering import page

DOCUMENT = Path(__file__).parent / "static" / "openapi.json"
_STRONG = re.compile(r"\*\*(.+?)\*\*")
_CODE = re.compile(r"`(.+?)`")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body, an answer or an address, as a row of a table."""

    name: str
    kind: Markup
    is_needed: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method and path."""

    anchor: str
    method: str
    path: str
    summary: str
    who: Markup
    parameters: tuple[Field, ...]
    body: Markup | None
    answer: Markup | None


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole page: what holds everywhere, operations by topic, shapes of what is sent."""

    about: tuple[Markup, ...]
    topics: dict[str, list[Operation]]
    shapes: dict[str, tuple[Field, ...]]


def routes() -> list[BaseRoute]:
    """Return the doors of both forms."""
    return [Route("/api/docs", read), Route(f"{PREFIX}/openapi.json", download)]


@open_to_all
async def read(request: Request) -> Response:
    """Show the page."""
    return page(request, "api/reference.html", reference=reference())


@open_to_all
async def download(_request: Request) -> Response:
    """Give the OpenAPI document."""
    return FileResponse(DOCUMENT, media_type="application/json")


@cache
def reference() -> Reference:
    """Return the page's content, read from the OpenAPI document."""
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    topics: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            topics[operation["tags"][0]].append(_operation(document, method, path, operation))
    schemas = document["components"]["schemas"]
    return Reference(
        tuple(_prose(part) for part in document["info"]["description"].split("\n\n")),
        topics,
        {name: tuple(_fields(schema)) for name, schema in sorted(schemas.items())},
    )


def _operation(document: Any, method: str, path: str, operation: Any) -> Operation:
    return Operation(
        anchor=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=PREFIX + path,
        summary=operation["summary"],
        who=_prose(operation["description"]),
        parameters=tuple(_parameter(document, each) for each in operation["parameters"]),
        body=_content(operation.get("requestBody", {})),
        answer=_content(next(iter(operation["responses"].values()))),
    )


def _parameter(document: Any, parameter: Any) -> Field:
    if "$ref" in parameter:
        parameter = document["components"]["parameters"][_last(parameter["$ref"])]
    about = f"in the {parameter['in']}. {parameter.get('description', '')}"
    kind = _kind(parameter["schema"])
    return Field(parameter["name"], kind, parameter.get("required", False), about)


def _content(message: Any) -> Markup | None:
    for media in message.get("content", {}).values():
        return _kind(media["schema"])
    return None


def _fields(schema: Any) -> Iterator[Field]:
    needed = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        yield Field(name, _kind(part), name in needed, _limits(part))


def _kind(schema: Any) -> Markup:
    """Return the type of a value in words, with links to the shapes that it holds."""
    if "$ref" in schema:
        name = _last(schema["$ref"])
        return Markup('<a class="govuk-link" href="#{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" or ").join(_kind(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return Markup("list of {}").format(_kind(schema["items"]))
    if "enum" in schema:
        allowed = (str(value) for value in schema["enum"] if value is not None)
        return Markup(" | ").join(Markup("<code>{}</code>").format(value) for value in allowed)
    kinds = schema.get("type", "any")
    named = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return escape(schema.get("format", named))


def _limits(schema: Any) -> str:
    said = {
        "maxLength": "at most {} characters",
        "maxItems": "at most {}",
        "minimum": "from {}",
        "maximum": "up to {}",
    }
    return ", ".join(text.format(schema[key]) for key, text in said.items() if key in schema)


def _prose(text: str) -> Markup:
    """Return a paragraph of the description's few marks as HTML."""
    html = str(escape(" ".join(text.split())))
    return Markup(_CODE.sub(r"<code>\1</code>", _STRONG.sub(r"<strong>\1</strong>", html)))  # noqa: S704 - escaped above


def _last(reference_path: str) -> str:
    return reference_path.rpartition("/")[2]
