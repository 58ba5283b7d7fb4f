"""The pages: they read, ask the services, and answer; no rule of the domain is here."""

from __future__ import annotations

from starlette.routing import BaseRoute

from services.portal.pages import (
    account,
    agency,
    alerts,
    assessing,
    assets,
    cases,
    closing,
    figures,
    ladders,
    links,
    notifying,
    renewing,
    rota,
    rota_changes,
    sessions,
)
from services.portal.pages.errors import fault_page

__all__ = ["fault_page", "routes"]


def routes() -> list[BaseRoute]:
    """Return the doors of all pages and of what they are dressed with."""
    parts = (
        *(account, notifying, renewing, links, agency, alerts),
        *(rota, rota_changes, figures, ladders),
        *(cases, sessions, assessing, closing, assets),
    )
    return [route for part in parts for route in part.routes()]
