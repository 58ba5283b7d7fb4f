"""What a service's database holds that tells how it goes: read here and judged elsewhere.

Nothing identifying is asked for: moments, numbers, states, names of indexes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps

from environs import Env
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import ConfigurationError, ConnectionFailure, OperationFailure

from services.chassis import clock
from services.chassis.messaging.outbox import Backlog, Outbox
from services.chassis.storage.mongo import Document
from services.chassis.storage.operations_log import OperationsLog
from services.chassis.storage.probe import Trial, journalled_writes, majority_writes, probe
from services.operations.databases import opened
from services.operations.doctor.expected import INDEXES, outboxes
from services.operations.doctor.findings import NotPermitted
from services.operations.refusals import CannotReach

NOT_AUTHORISED, NOT_LET_IN = 13, 18
WAIT_MS = 3_000
MOST_COUNTED = 10_000
NO_LEASE = timedelta()
DRILL, OVERSEER = "drill", "overseer"
TAKEN = frozenset({"acknowledged", "actioned"})
Stored = Database[Document]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in all outboxes of a service; `unreadable` counts damaged documents."""

    backlog: Backlog
    unreadable: int


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that is not over: since when, and whether somebody has taken it on."""

    raised_at: datetime
    is_taken: bool


@contextmanager
def looking_into(env: Env, service: str) -> Iterator[Stored]:
    """Open the database of a service to look into it.

    Raises:
        CannotReach: it does not answer or does not let us in; the sentence says what to do.
        NotPermitted: this user may not look.

    """
    its, setting = f"the database of {service}", f"{service.upper()}_MONGO_URI or MONGODB_URI"
    try:
        with opened(env, service, WAIT_MS) as database, permitted():
            yield database
    except (ConfigurationError, ValueError):
        raise CannotReach(f"the address of {its} cannot be read: see {setting}") from None
    except OperationFailure as error:
        if error.code != NOT_LET_IN:
            raise
        raise CannotReach(f"{its} does not let this user in: see {setting}") from None
    except ConnectionFailure as error:
        why = type(error).__name__
        raise CannotReach(f"{its} does not answer ({why}): start it, or see {setting}") from None


@contextmanager
def permitted() -> Iterator[None]:
    """Tell a refusal of rights from other failures.

    Raises:
        NotPermitted: this user may not do that.

    """
    try:
        yield
    except OperationFailure as error:
        if error.code == NOT_AUTHORISED:
            raise NotPermitted("this user of the database may not look") from None
        raise


def weaknesses(database: Stored) -> tuple[str, ...]:
    """Return which of majority and journalled writes the server does not give, by trying both.

    Raises:
        NotPermitted: this user may write nothing here but what operators do.

    """
    trials = [_unless_refused(each) for each in (majority_writes, journalled_writes)]
    with permitted():
        return probe(database, trials).lacks


def missing_indexes(database: Stored, service: str) -> dict[str, list[str]]:
    """Return the expected indexes that are not there, by collection."""
    with permitted():
        missing = {
            name: [each for each in wanted if each not in database[name].index_information()]
            for name, wanted in INDEXES[service].items()
        }
    return {name: names for name, names in missing.items() if names}


def waiting(database: Stored, service: str, now: datetime) -> Waiting:
    """Return what waits in the outboxes of a service, all collections together."""
    boxes = [Outbox(database[name], NO_LEASE) for name in outboxes(service)]
    with permitted():
        found = [box.backlog(now) for box in boxes]
    total = Backlog(
        sum(each.unsaid for each in found),
        _first(each.unsaid_since for each in found),
        sum(each.unheard for each in found),
        _first(each.unheard_since for each in found),
    )
    return Waiting(total, sum(len(box.unreadable) for box in boxes))


def last_drill(database: Stored) -> tuple[datetime, datetime | None] | None:
    """Return when the first drill began and the last one succeeded; None: there was none."""
    wanted = {"first_at": 1, "succeeded_at": 1}
    with permitted():
        found = database["drills"].find_one({"_id": DRILL}, wanted)
    return None if found is None else (found["first_at"], found["succeeded_at"])


def open_alerts(database: Stored) -> list[OpenAlert]:
    """Return the open alerts, the first of very many, without what they are about."""
    wanted = {"raised_at": 1, "state": 1, "_id": 0}
    query = {"is_open": True, "listed_for": OVERSEER}
    with permitted():
        found = list(database["notifications"].find(query, wanted).limit(MOST_COUNTED))
    return [OpenAlert(each["raised_at"], each["state"] in TAKEN) for each in found]


def log_is_readable(database: Stored) -> None:
    """Read what replays and drops are written into.

    Raises:
        NotPermitted: this user may not, so nothing can be replayed or dropped.

    """
    with permitted():
        OperationsLog(database).latest(1)


def skew_s(database: Stored) -> float | None:
    """Return by how many seconds the server's clock is ahead of ours; None if it does not tell.

    Its answer was made at some moment while we waited: the middle is taken.
    """
    before = clock.now()
    answer = database.command("hello", codec_options=database.codec_options)
    after = clock.now()
    told: datetime | None = answer.get("localTime")
    if told is None:
        return None
    return (told - (before + (after - before) / 2)).total_seconds()


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((each for each in moments if each is not None), default=None)


def _unless_refused(trial: Trial) -> Trial:
    """Return a trial that does not take a refusal of rights for a weakness of the server."""

    @wraps(trial)
    def tried(scratch: Collection[Document]) -> bool:
        with permitted():
            return trial(scratch)

    return tried
