"""Errors of a database are counted by kinds of a closed set, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from pymongo.errors import (
    AutoReconnect,
    ConfigurationError,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    NotPrimaryError,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from services.chassis.metrics import Metrics
from services.chassis.storage.faults import count_fault, kind_of

KINDS = {
    AutoReconnect("gone"): "unreachable",
    NotPrimaryError("another is"): "unreachable",
    ServerSelectionTimeoutError("nobody"): "unreachable",
    NetworkTimeout("silent"): "timed_out",
    ExecutionTimeout("long"): "timed_out",
    WTimeoutError("no majority"): "timed_out",
    OperationFailure("not authorised"): "refused",
    DuplicateKeyError("there already"): "refused",
    ConfigurationError("odd"): "other",
}


@pytest.mark.parametrize(("error", "kind"), KINDS.items(), ids=lambda one: type(one).__name__)
def test_an_error_has_its_kind(error: PyMongoError, kind: str) -> None:
    assert kind_of(error) == kind


def test_only_errors_of_databases_are_counted() -> None:
    metrics = Metrics("risk")
    for error in (AutoReconnect("gone"), TimeoutError(), ValueError("odd"), None):
        count_fault(metrics, error)
    (metric,) = metrics.database_errors.collect()
    counted = [each for each in metric.samples if each.name.endswith("_total")]
    assert [(each.labels, each.value) for each in counted] == [({"kind": "unreachable"}, 1)]
