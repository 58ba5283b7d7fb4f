"""What has changed since a position, asked of notifications in the name of the one who reads."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from services.chassis.context import child_traceparent, trace_id
from services.portal.accounts import Person
from services.portal.clients import Answer, Services
from services.portal.live.change import Change, Cursor, changed

OVERLAP = timedelta(seconds=10)
PAGE = 100


class CannotCatchUp(Exception):
    """Notifications does not answer: the stream ends and the browser comes back."""


async def changes_since(services: Services, person: Person, position: Cursor) -> list[Change]:
    """Return the changes since a little before a position, oldest first.

    Raises:
        CannotCatchUp: they cannot be had now.

    """
    since = position.at - OVERLAP
    params: dict[str, Any] = {"since": since.isoformat(), "limit": PAGE}
    found: list[Change] = []
    while True:
        answer = await _ask(services, person, "/alerts/changes", params)
        if not answer.is_done:
            raise CannotCatchUp
        found += [changed(item) for item in answer.body["items"]]
        if answer.body["next"] is None:
            return found
        params["after"] = answer.body["next"]


async def is_hers(services: Services, person: Person, change: Change) -> bool:
    """Ask notifications whether she may see an alert of which the hub has not heard enough.

    Raises:
        CannotCatchUp: it cannot be asked now.

    """
    answer = await _ask(services, person, f"/alerts/{change.cursor.reference}", {})
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CannotCatchUp
    return answer.is_done


async def _ask(services: Services, person: Person, path: str, params: dict[str, Any]) -> Answer:
    principal = person.principal(trace_id(child_traceparent(None)))
    return await services.call("notifications", "GET", path, principal, params=params)
