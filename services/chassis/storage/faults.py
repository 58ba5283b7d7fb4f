"""What a database failed at, as it came to those who could not go on: counted by kind."""

from __future__ import annotations

from pymongo.errors import (
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    WTimeoutError,
)

from services.chassis.metrics import Metrics

_KINDS: tuple[tuple[str, tuple[type[PyMongoError], ...]], ...] = (
    ("timed_out", (NetworkTimeout, ExecutionTimeout, WTimeoutError)),
    ("unreachable", (ConnectionFailure,)),
    ("refused", (OperationFailure,)),
)
OTHER = "other"


def kind_of(error: PyMongoError) -> str:
    """Return how a database failed: timed_out, unreachable, refused or other."""
    return next((kind for kind, types in _KINDS if isinstance(error, types)), OTHER)


def count_fault(metrics: Metrics, error: BaseException | None) -> None:
    """Count an error if it is a database's."""
    if isinstance(error, PyMongoError):
        metrics.database_errors.labels(kind_of(error)).inc()
