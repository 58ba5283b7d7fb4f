"""The portal as one ASGI application: what it is made of and in which order a request passes."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from pymongo import AsyncMongoClient, MongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.database import Database
from pymongo.errors import PyMongoError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from services.chassis.auth import read_private_key
from services.chassis.logs import describe, get_logger
from services.chassis.storage.mongo import client_options, guarantees
from services.chassis.storage.probe import examine
from services.chassis.storage.restore_mark import refuse_half_restored
from services.chassis.tracing import Tracing, tracing_of
from services.chassis.web.problems import Refused
from services.portal import api, faults, health, pages, reference
from services.portal.access import refuse_unguarded
from services.portal.accounts import Accounts
from services.portal.clients import Services
from services.portal.directory import Directory
from services.portal.edge import Edge
from services.portal.identity import Identity
from services.portal.limits import Buckets, RateLimit
from services.portal.live import door
from services.portal.live.desk import Desk
from services.portal.metrics import PortalMetrics, portal_metrics
from services.portal.pages.errors import fault_page
from services.portal.security import FormGuard
from services.portal.settings import PortalSettings

SERVER_WAIT_MS = 3_000
ASK_AGAIN_AFTER_S = 1
_log = get_logger(__name__)


def create_app(settings: PortalSettings) -> Starlette:
    """Wire the portal; it connects to nothing before it is started.

    Raises:
        UnguardedRoute: a route does not say who may use it.

    """
    routes = _routes()
    refuse_unguarded(routes)
    metrics, database = portal_metrics(has_drills=settings.has_drills), open_database(settings)
    accounts = Accounts(database, signed_in=lambda how: metrics.sign_ins.labels(how).inc())
    key = read_private_key(settings.token_private_key.read_bytes())
    tracing = tracing_of("portal", settings.collector, metrics.shared)
    services = Services(settings.upstreams, key, metrics.upstream_seconds, tracing=tracing)
    app = Starlette(
        routes=routes,
        middleware=_middleware(settings, metrics, accounts, tracing),
        exception_handlers={Refused: faults.on_refused, HTTPException: faults.on_http_exception},
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False  # it would write the Host header into the address
    app.state.settings, app.state.metrics = settings, metrics
    app.state.database, app.state.accounts, app.state.services = database, accounts, services
    app.state.fault_page, app.state.tracing = fault_page, tracing
    app.state.failure = None
    app.state.live = Desk(settings.amqp_uri, accounts, services, metrics, partial(_end, app))
    app.state.directory = Directory(accounts, services, metrics.directory)
    return app


def open_database(settings: PortalSettings) -> AsyncDatabase[dict[str, Any]]:
    """Return the portal's own database, every write of which is durable before it is answered."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        settings.mongo_uri, **client_options(settings.database, SERVER_WAIT_MS)
    )
    return client.get_default_database(default=settings.database).with_options(
        **guarantees(is_production=settings.mode == "production")
    )


def _routes() -> list[BaseRoute]:
    described = reference.routes()
    return [*health.routes(), *described, *door.routes(), *api.routes(), *pages.routes()]


def _middleware(
    settings: PortalSettings, metrics: PortalMetrics, accounts: Accounts, tracing: Tracing
) -> list[Middleware]:
    """Return what a request passes through, the outermost first."""
    buckets = Buckets(settings.rate_per_s, settings.rate_burst)
    return [
        Middleware(Edge, metrics=metrics.shared, is_https=settings.is_https, tracing=tracing),
        Middleware(Identity, accounts=accounts),
        Middleware(RateLimit, buckets=buckets, refused=metrics.rate_limited),
        Middleware(FormGuard, origin=settings.origin),
    ]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    state = app.state
    await state.accounts.build_indexes()
    async with state.live.running(), state.directory.running(), health.shown(app):
        yield
    await state.services.close()
    await state.database.client.close()
    await asyncio.to_thread(state.tracing.stop)


def await_storage(settings: PortalSettings) -> None:
    """Wait for the database, however long it takes, and try it out as every service does.

    Raises:
        WeakStorage: production mode, and something is missing.
        HalfRestored: a restore was begun and not finished.

    """
    client: MongoClient[dict[str, Any]] = MongoClient(
        settings.mongo_uri, **client_options(settings.database, SERVER_WAIT_MS)
    )
    with client:
        database = client.get_default_database(default=settings.database)
        while not _is_examined(database, settings):
            time.sleep(ASK_AGAIN_AFTER_S)


def _is_examined(database: Database[dict[str, Any]], settings: PortalSettings) -> bool:
    try:
        refuse_half_restored(database)
        examine(database, "portal", is_production=settings.mode == "production")
    except PyMongoError as error:
        _log.warning("waiting_for_the_database", kind=describe(error))
        return False
    return True


def _end(app: Starlette, reason: str) -> None:
    """End the process in order, as one that has failed: the last words in the log say why."""
    _log.critical("bus_refuses_us", reason=reason)
    app.state.failure = reason
    signal.raise_signal(signal.SIGTERM)
