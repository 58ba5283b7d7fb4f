"""The portal's own style sheets and scripts, and the few files that npm brings."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from services.portal.security import open_to_all

STATIC = Path(__file__).parents[1] / "static"
VENDOR = {
    "govuk-frontend.min.css": "govuk-frontend/dist/govuk/govuk-frontend.min.css",
    "govuk-frontend.min.js": "govuk-frontend/dist/govuk/govuk-frontend.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
}
FOREVER = "public, max-age=31536000, immutable"


def node_modules() -> Path:
    """Return the folder that `npm ci` fills: NODE_MODULES, or the one at the repository's root."""
    given = os.environ.get("NODE_MODULES")
    return Path(given) if given else Path(__file__).parents[3] / "node_modules"


@cache
def asset(name: str) -> str:
    """Return the address of an asset, which changes with its content.

    `name` is a path under `static`, or `vendor/<file>` for a file of npm's.
    """
    path = _path(name)
    content = path.read_bytes() if path.is_file() else b""
    return f"/static/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


def routes() -> list[BaseRoute]:
    """Return the doors of the assets."""
    return [
        Route("/static/vendor/{name}", vendor, name="vendor"),
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]


@open_to_all
async def vendor(request: Request) -> Response:
    """Answer with one of the files that are meant to be served, and with no other of npm's."""
    path = _path(f"vendor/{request.path_params['name']}")
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(
        path, headers={"Cache-Control": FOREVER if request.url.query else "no-cache"}
    )


def _path(name: str) -> Path:
    folder, _, file = name.rpartition("/")
    if folder == "vendor":
        return node_modules() / VENDOR.get(file, "none")
    return STATIC / name
