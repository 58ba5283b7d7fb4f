"""Where it is written down what an operator does: in the database of the service concerned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from environs import Env
from pymongo.errors import PyMongoError

from services.chassis.storage.operations_log import OperationsLog
from services.operations.databases import opened
from services.operations.refusals import CannotReach


@contextmanager
def records(env: Env, service: str) -> Iterator[OperationsLog]:
    """Open the log of one service, each entry of which is durable before anything is done.

    Raises:
        CannotReach: its database does not answer or refuses; nothing may be done then.

    """
    try:
        with opened(env, service) as database:
            log = OperationsLog(database)
            log.ensure_indexes()
            yield log
    except PyMongoError as error:
        raise CannotReach(
            f"the database of {service} does not take this down ({type(error).__name__}), so it "
            "was not done: see MONGODB_URI, or try again when it answers."
        ) from None
