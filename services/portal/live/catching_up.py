"""What has changed since a position, asked of notifications in the name of the one who reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.chassis.traceparent import child_traceparent, trace_id
from services.portal.accounts import Person
from services.portal.clients import Services
from services.portal.live.change import Change, Cursor, found

# Longer than an event can be late: a relay that died leaves its events to others after a lease
# of a few seconds, and clocks differ a little.
OVERLAP = timedelta(seconds=30)
# Longer than any session; a page that opens a stream fetches its list anew in any case.
FURTHEST_BACK = timedelta(hours=24)
PAGE = 200


class CannotCatchUp(Exception):
    """Notifications does not answer: the stream ends and the browser comes back."""


def within_reach(position: Cursor, now: datetime) -> Cursor:
    """Return the position, but not so early that all there ever was is fetched for one page.

    One in the future was given out before the clock was put back: what has changed since may be as
    old as anything, by this clock.
    """
    earliest = now - FURTHEST_BACK
    is_to_come = position.at > now + OVERLAP
    return replace(position, at=earliest if is_to_come else max(position.at, earliest))


async def changes_since(services: Services, person: Person, position: Cursor) -> list[Change]:
    """Return the changes of her areas since a little before a position, oldest first.

    Raises:
        CannotCatchUp: they cannot be had now.

    """
    principal = person.principal(trace_id(child_traceparent(None)))
    since = (position.at - OVERLAP).isoformat()
    params: dict[str, Any] = {"since": since, "limit": PAGE}
    changes: list[Change] = []
    while True:
        answer = await services.call(
            "notifications", "GET", "/alerts/changes", principal, params=params
        )
        if not answer.is_done:
            raise CannotCatchUp
        changes += [found(alert) for alert in answer.body["items"]]
        if answer.body["next"] is None:
            return changes
        params["after"] = answer.body["next"]
