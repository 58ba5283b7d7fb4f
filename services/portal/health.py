"""Is this process alive, can it do its work, and what does it measure."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.access import open_to_all
from services.portal.identity import address_of

DATABASE_WITHIN_S = 2.0
_PROXIES_SAY = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def routes() -> list[BaseRoute]:
    """Return the doors that supervisors and Prometheus use."""
    return [
        Route("/health/live", live),
        Route("/health/ready", ready),
        Route("/metrics", metrics),
    ]


@open_to_all
async def live(_request: Request) -> Response:
    """Answer while the process turns."""
    return JSONResponse({"status": "alive"})


@open_to_all
async def ready(request: Request) -> Response:
    """Answer whether people can be let in.

    The bus is told of but not asked for: without it referrals are accepted all the same, and open
    streams catch up when it is back.
    """
    is_ready = await _database_answers(request)
    checks = {"database": is_ready, "bus": request.app.state.live.is_hearing}
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"status": "ready" if is_ready else "not ready", "checks": checks}, status)


@open_to_all
async def metrics(request: Request) -> Response:
    """Give Prometheus what is measured here; it asks from our own network, and through no proxy."""
    is_sent = any(name in request.headers for name in _PROXIES_SAY)
    if is_sent or not is_nearby(address_of(request)):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    registry = request.app.state.metrics.shared.registry
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def is_nearby(address: str) -> bool:
    """Is this an address of this machine or of a private network?"""
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


async def _database_answers(request: Request) -> bool:
    try:
        async with asyncio.timeout(DATABASE_WITHIN_S):
            await request.app.state.database.command("ping")
    except (PyMongoError, TimeoutError):
        return False
    return True
