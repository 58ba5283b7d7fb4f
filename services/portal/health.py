"""Is this process alive, can it do its work, and what does it measure."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from ipaddress import ip_address

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import NetworkTimeout, PyMongoError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.health import SHOW_EVERY_S
from services.chassis.storage.faults import count_fault
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
    checks = await _checks(request.app)
    is_ready = checks["database"]
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


@asynccontextmanager
async def shown(app: Starlette) -> AsyncIterator[None]:
    """Show each check as a figure, whether anybody asks or not, as long as the block lasts."""
    showing = asyncio.create_task(_show(app))
    try:
        yield
    finally:
        showing.cancel()


async def _show(app: Starlette) -> None:
    while True:
        for name, passes in (await _checks(app)).items():
            app.state.metrics.shared.ready.labels(name).set(int(passes))
        await asyncio.sleep(SHOW_EVERY_S)


async def _checks(app: Starlette) -> dict[str, bool]:
    return {"database": await _database_answers(app), "bus": app.state.live.is_hearing}


async def _database_answers(app: Starlette) -> bool:
    try:
        async with asyncio.timeout(DATABASE_WITHIN_S):
            await app.state.database.command("ping")
    except TimeoutError:
        count_fault(app.state.metrics.shared, NetworkTimeout("no answer in time"))
        return False
    except PyMongoError as error:
        count_fault(app.state.metrics.shared, error)
        return False
    return True
