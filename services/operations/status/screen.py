"""The screen, as lines and as JSON values: times are told as ages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.operations.doctor.findings import lasting
from services.operations.doctor.on_the_bus import Depths
from services.operations.doctor.stored import Waiting
from services.operations.status.reading import AGES, AlertAges, ServiceStatus, Status, Unseen

HEADS = ("service", "to be said", "to be heard", "in queues", "to be tried", "dead", "consumers")
COLUMN = 15
UNREAD = "-"


def lines(status: Status) -> Iterator[str]:
    """Yield a table of the services, the drill, the alerts, and why something is not shown."""
    yield _row(HEADS)
    for each in status.services:
        yield _row((each.service, *_outbox(each.outbox, status.at), *_queues(each.queues)))
    yield f"drill: {drill(status)}"
    yield f"open alerts: {alerts(status)}"
    for sentence in dict.fromkeys(part.sentence for part in status.unseen):
        yield f"not shown: {sentence}"


def drill(status: Status) -> str:
    """Return how long ago a drill last succeeded."""
    at = status.drilled_at
    if isinstance(at, Unseen):
        return at.why
    return f"last success {_age(at, status.at)} ago" if at else "none has succeeded yet"


def alerts(status: Status) -> str:
    """Return how many alerts are open, for how long, and how many nobody has taken on."""
    seen = status.alerts
    if isinstance(seen, Unseen):
        return seen.why
    if seen.oldest_at is None:
        return "none"
    bands = [f"{count} for up to {band}" for band, count in _bands(seen).items() if count]
    older = [f"{seen.older} for longer"] if seen.older else []
    taken = f"{seen.untaken} not taken on, the oldest open for {_age(seen.oldest_at, status.at)}"
    return f"{seen.count} ({', '.join([*bands, *older])}); {taken}"


def as_json(status: Status) -> dict[str, Any]:
    """Return the same as JSON values; ages in seconds."""
    at = status.drilled_at
    return {
        "at": status.at.isoformat(),
        "services": [_service(each, status.at) for each in status.services],
        "drill": _unseen(at) if isinstance(at, Unseen) else {"age_s": _seconds(at, status.at)},
        "open_alerts": _alerts(status),
    }


def _outbox(seen: Waiting | Unseen, now: datetime) -> tuple[str, ...]:
    if isinstance(seen, Unseen):
        return (seen.why, seen.why)
    found = seen.backlog
    return (
        _since(found.unsaid, found.unsaid_since, now),
        _since(found.unheard, found.unheard_since, now),
    )


def _queues(seen: Depths | Unseen) -> tuple[str, ...]:
    if isinstance(seen, Unseen):
        return (seen.why, seen.why, seen.why, seen.why)
    dead = UNREAD if seen.dead is None else str(seen.dead)
    return (str(seen.work), str(seen.retry), dead, str(seen.takers) if seen.takers else "none")


def _since(count: int, since: datetime | None, now: datetime) -> str:
    return f"{count}" if since is None else f"{count} ({_age(since, now)})"


def _row(cells: tuple[str, ...]) -> str:
    return "".join(f"{cell:<{COLUMN}}" for cell in cells).rstrip()


def _age(at: datetime, now: datetime) -> str:
    return lasting((now - at).total_seconds())


def _seconds(at: datetime | None, now: datetime) -> float | None:
    return None if at is None else round((now - at).total_seconds(), 1)


def _bands(seen: AlertAges) -> dict[str, int]:
    names = [lasting(limit.total_seconds()) for limit in AGES]
    return dict(zip(names, seen.younger, strict=True))


def _unseen(part: Unseen) -> dict[str, Any]:
    return {"not_shown": part.why, "because": part.sentence}


def _service(each: ServiceStatus, now: datetime) -> dict[str, Any]:
    return {
        "service": each.service,
        "outbox": _outbox_values(each.outbox, now),
        "queues": _queue_values(each.queues),
    }


def _outbox_values(seen: Waiting | Unseen, now: datetime) -> dict[str, Any]:
    if isinstance(seen, Unseen):
        return _unseen(seen)
    found = seen.backlog
    return {
        "unsaid": found.unsaid,
        "unsaid_s": _seconds(found.unsaid_since, now),
        "unheard": found.unheard,
        "unheard_s": _seconds(found.unheard_since, now),
        "unreadable": seen.unreadable,
    }


def _queue_values(seen: Depths | Unseen) -> dict[str, Any]:
    if isinstance(seen, Unseen):
        return _unseen(seen)
    return {
        "work": seen.work,
        "retry": seen.retry,
        "dead_letters": seen.dead,
        "consumers": seen.takers,
    }


def _alerts(status: Status) -> dict[str, Any]:
    seen = status.alerts
    if isinstance(seen, Unseen):
        return _unseen(seen)
    bands = {f"up_to_{name.replace(' ', '_')}": count for name, count in _bands(seen).items()}
    return {
        "count": seen.count,
        **bands,
        "older": seen.older,
        "not_taken_on": seen.untaken,
        "oldest_s": _seconds(seen.oldest_at, status.at),
    }
