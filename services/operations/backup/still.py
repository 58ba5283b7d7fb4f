"""All databases of one server at one moment, while others go on writing.

What one service has said, and what another has heard of it, must be of the same moment: a copy that
holds the one without the other would lose an event, or have it twice under two numbers. MongoDB
reads a past moment for five minutes (snapshot reads); the embedded server within one transaction,
for a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from services.chassis.storage.probe import EMBEDDED
from services.operations.refusals import CannotReach

TOO_OLD, NO_TRANSACTION, NOT_MEANT_FOR_IT = 239, 251, 72
OVER = frozenset({TOO_OLD, NO_TRANSACTION})
STOPPED = "stop all services, and say --services-are-stopped"


@contextmanager
def held_still(client: MongoClient[dict[str, Any]], server: str) -> Iterator[ClientSession]:
    """Give a session all reads of which are of one moment.

    Raises:
        CannotReach: the server cannot, or not for as long as it took.

    """
    try:
        if server.startswith(EMBEDDED):
            concern = ReadConcern("snapshot")
            with client.start_session() as session, session.start_transaction(concern):
                yield session
        else:
            with client.start_session(snapshot=True) as session:
                yield session
    except OperationFailure as error:
        if error.code in OVER:
            raise CannotReach(
                "the database does not keep one moment for as long as this takes: raise its "
                f"minSnapshotHistoryWindowInSeconds, or {STOPPED}."
            ) from None
        if error.code == NOT_MEANT_FOR_IT:
            raise CannotReach(
                f"{server} cannot be read at one moment while it is written to: {STOPPED}."
            ) from None
        raise
